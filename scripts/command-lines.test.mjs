import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from './lib/machine/paths.mjs'

const names = readdirSync(path.join(root, 'scripts')).filter((name) => /^[\w-]+\.mjs$/.test(name))
const scripts = [
  ...names.map((name) => `scripts/${name}`),
  'scripts/catalogue/generate.mjs',
  'bench/bench.mjs',
]

/** What else is asked of them than an option that nobody knows: words and values that cannot be right, and what is said. */
const wrong = [
  ['scripts/books.mjs', ['--url', 'shop']],
  ['scripts/check.mjs', ['nonsense']],
  ['scripts/compose.mjs', ['up', '--volumes']],
  ['scripts/compose.mjs', ['down', 'all']],
  ['scripts/demo.mjs', ['--count', '0']],
  ['scripts/deploy.mjs', ['nonsense']],
  ['scripts/doctor.mjs', ['nonsense']],
  ['scripts/images.mjs', ['list', 'order']],
  ['scripts/publish-images.mjs', ['build', '--registry', 'registry.example']],
  ['scripts/release.mjs', ['pin', 'digests.json']],
  ['scripts/restore.mjs', []],
  ['scripts/restore.mjs', ['--to', 'yesterday']],
  ['scripts/restore.mjs', ['reconcile', 'all']],
  ['scripts/start.mjs', ['nonsense']],
  ['scripts/test.mjs', ['nonsense']],
  ['scripts/test-deployed.mjs', []],
  ['bench/bench.mjs', ['logins', '--nonsense']],
  ['bench/bench.mjs', ['tracing', '--nonsense']],
  ['bench/bench.mjs', ['verify', '--nonsense']],
]

/** Programs and files that are not there: what is asked, and a part of the sentence. */
const without = [
  ['scripts/images.mjs', ['list'], 'neither a Docker daemon nor podman'],
  ['scripts/compose.mjs', ['heal'], 'There is no docker on the PATH'],
  [
    'scripts/publish-images.mjs',
    ['name', '--tag', 'x', '--digests', '/nowhere/x'],
    'No Docker daemon answers',
  ],
  [
    'scripts/release.mjs',
    ['pin', '/nowhere/x', '--out', '/nowhere'],
    'There is no docker on the PATH',
  ],
  [
    'scripts/release.mjs',
    ['create', 'v9.9.9', '--files', '/nowhere'],
    'There is no gh on the PATH',
  ],
  ['scripts/deploy.mjs', ['deploy', '--digests', '/nowhere/x'], 'There is no /nowhere/x'],
  [
    'scripts/test-deployed.mjs',
    ['--url', 'http://127.0.0.1:1', '--accounts', '/nowhere/x'],
    'There is no /nowhere/x',
  ],
  ['scripts/seed.mjs', [], 'There is no admin account yet'],
  ['scripts/backup.mjs', [], 'There is no shop here yet'],
  ['scripts/restore.mjs', ['--to', 'latest'], 'There is no shop here yet'],
  ['scripts/keys.mjs', ['list'], 'There is no shop here yet'],
]

const home = path.join(mkdtempSync(path.join(os.tmpdir(), 'micromart-lines-')), 'home')

const run = ([file, args, env = {}]) =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, MICROMART_HOME: home, ...env } }
    execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })

/** Four at a time: each loads a good part of the scripts. */
const runAll = async (calls) => {
  const results = []
  let next = 0
  const queue = async () => {
    while (next < calls.length) {
      const at = next++
      results[at] = await run(calls[at])
    }
  }
  await Promise.all(Array.from({ length: 4 }, queue))
  return results
}

const told = (name) => (name === 'scripts/keys.mjs' ? 1 : 2) // without a shop it goes no further

const groups = {
  help: scripts.map((file) => [file, ['--help']]),
  unknown: scripts.map((file) => [file, ['--nonsense']]),
  wrong,
  without: without.map(([file, args]) => [file, args, { PATH: '/nowhere' }]),
}
const results = {}

beforeAll(async () => {
  for (const [group, calls] of Object.entries(groups)) results[group] = await runAll(calls)
  rmSync(path.dirname(home), { recursive: true, force: true })
}, 300_000)

const line = ([file, args]) => [file, ...args].join(' ')
const trace = /^\s+at /m

describe('what is run', () => {
  it.each(groups.help.map((call, at) => [line(call), at]))('%s says what it does', (_, at) => {
    const { code, stdout, stderr } = results.help[at]
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim()).not.toBe('')
  })

  it.each(groups.unknown.map((call, at) => [line(call), at]))('%s is refused', (_, at) => {
    const { code, stdout, stderr } = results.unknown[at]
    expect(code).toBe(told(groups.unknown[at][0]))
    expect([stdout, stderr]).toEqual(['', expect.not.stringMatching(trace)])
    expect(stderr.trim().split('\n')[0]).toMatch(/^.{10,160}$/)
  })

  it.each(groups.wrong.map((call, at) => [line(call), at]))('%s is refused', (_, at) => {
    const { code, stderr } = results.wrong[at]
    expect([code, stderr]).toEqual([2, expect.not.stringMatching(trace)])
    expect(stderr.trim().split('\n')[0]).toMatch(/^.{10,200}$/)
  })

  it.each(without.map((call, at) => [line(call), at, call[2]]))(
    '%s says what is missing',
    (_, at, words) => {
      const { code, stderr } = results.without[at]
      expect([code, stderr]).toEqual([1, expect.not.stringMatching(trace)])
      expect(stderr).toContain(words)
    },
  )

  it('left nothing behind', () => expect(existsSync(home)).toBe(false))
})
