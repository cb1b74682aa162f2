import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { issueServer } from './issue.mjs'

const folder = mkdtempSync(path.join(os.tmpdir(), 'mm-certs-'))
const file = (name) => path.join(folder, name)

/** `npm run certs`: outside of jest, where node-forge takes a fifth of the time. */
const certs = (...options) => {
  const args = ['scripts/certs.mjs', '--out', folder, ...options]
  return execFileSync(process.execPath, args, { encoding: 'utf8' })
}

const names = ['ca', 'gateway', 'mysql', 'redis', 'provider']
const read = (name) => new X509Certificate(readFileSync(file(`${name}.crt`)))

let said
beforeAll(() => (said = certs()), 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('development certificates', () => {
  it('are made once, with keys for their owner alone', () => {
    expect(said).toBe(`made in ${folder}: ${names.join(', ')}, sentry\n`)
    expect(certs()).toBe(`kept, as they are good: ${names.join(', ')}, sentry\n`)
    const keys = [...names.map((name) => `${name}.key`), 'sentry/issuer.key']
    expect(keys.map((name) => statSync(file(name)).mode & 0o777)).toEqual(keys.map(() => 0o600))
  })

  it('are for their servers alone, by their names and on this machine', () => {
    const root = read('ca')
    for (const name of names.slice(1)) {
      const certificate = read(name)
      expect(certificate.verify(root.publicKey)).toBe(true)
      expect([certificate.checkHost(name), certificate.checkHost('localhost')]).toEqual([
        name,
        'localhost',
      ])
      expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
      expect(certificate.checkHost('elsewhere.example')).toBeUndefined()
      expect(certificate.ca).toBe(false)
    }
  })

  it('are made anew before they end, and for further names', async () => {
    const root = {
      certificate: readFileSync(file('ca.crt'), 'utf8'),
      key: readFileSync(file('ca.key'), 'utf8'),
    }
    const soon = await issueServer(root, ['redis', 'localhost', '127.0.0.1', '::1'], 20)
    writeFileSync(file('redis.crt'), soon.certificate)
    writeFileSync(file('redis.key'), soon.key)
    const more = ['--host', 'shop.example', '--host', '192.0.2.7']
    expect(certs(...more)).toMatch(
      /^made in .*: gateway, redis\nkept.*: ca, mysql, provider, sentry\n$/,
    )
    expect(certs()).toMatch(/^kept/)
    expect(read('gateway').checkHost('shop.example')).toBe('shop.example')
    expect(read('gateway').checkIP('192.0.2.7')).toBe('192.0.2.7')
  }, 120_000)

  it('of the sidecars come from an authority of their own, whose root nobody can use again', () => {
    const [root, issuer] = [read('sentry/ca'), read('sentry/issuer')]
    expect([issuer.ca, issuer.verify(root.publicKey)]).toEqual([true, true])
    expect(root.verify(read('ca').publicKey)).toBe(false)
    expect(existsSync(file('sentry/ca.key'))).toBe(false)
  })
})
