import { afterAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const home = mkdtempSync(path.join(os.tmpdir(), 'micromart-cluster-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const script = path.resolve('scripts/cluster.mjs')

const cluster = (args, options) => {
  const env = { ...process.env, MICROMART_HOME: home }
  const done = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env, ...options })
  return { code: done.status, said: `${done.stdout}${done.stderr}` }
}

describe('npm run cluster', () => {
  it.each([
    [[], 'What shall be done?'],
    [['frob'], 'No such command: frob'],
    [['up', 'now'], 'up takes no now'],
    [['down', '--hard'], "Unknown option '--hard'"],
  ])('refuses %j with one sentence and how it is used', (args, sentence) => {
    const { code, said } = cluster(args)
    expect([code, said.split('\n')[0]]).toEqual([2, expect.stringContaining(sentence)])
    expect(said).toContain('npm run cluster -- up')
  })

  it('says where nothing runs, and does nothing', () => {
    expect(cluster(['status'])).toEqual({ code: 3, said: 'No cluster of this checkout runs.\n' })
    for (const args of [['test'], ['load-images'], ['kubectl', 'get', 'pods']]) {
      const { code, said } = cluster(args)
      expect([args, code]).toEqual([args, 1])
      expect(said).toContain('No cluster of this checkout runs')
      expect(said).toContain('npm run cluster -- up')
    }
    expect(cluster(['down']).said).toMatch(/^Nothing runs here/)
    expect(existsSync(path.join(home, 'cluster'))).toBe(false)
  })

  const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? it : it.skip
  asRoot('says that it needs root, and leaves all as it is', () => {
    const { code, said } = cluster(['up'], { uid: 65_534, gid: 65_534 })
    expect(code).toBe(1)
    expect(said).toContain('a Kubernetes node needs root')
    expect(existsSync(path.join(home, 'cluster'))).toBe(false)
  })
})
