import { afterAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { eventually, shop } from './support/shop.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'micromart-starter-'))
const mark = `MICROMART_STARTER_TEST=${randomUUID()}`
const [markName = '', markValue] = mark.split('=')

const script = (name: string, more: Record<string, string> = {}) => {
  const env = {
    ...process.env,
    // Spans are not what this is about, and another Java would cost memory.
    ZIPKIN_URL: shop.zipkin ?? 'http://127.0.0.1:9',
    MICROMART_HOME: home,
    [markName]: markValue,
    ...more,
  }
  const child = spawn('node', [`scripts/${name}.mjs`], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = Promise.all([text(child.stdout), text(child.stderr)]).then((both) => both.join(''))
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal))
  })
  return { child, said, ended }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // ended meanwhile, or not ours
  }
}

/** Whether a process runs. One that has ended is still listed until its parent, or init, has taken notice. */
const exists = (pid: number) => /^State:\s+[^Z\s]/m.test(read(`/proc/${pid}/status`))

/** Every living process that anything of this test has started. */
const alive = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map(Number)
    .filter(exists)

type Run = {
  starter: { pid: number }
  processes: Record<string, { pid: number }>
  ready?: string
  ports: { gateway: { public: number } }
}

const runFile = path.join(home, 'run', 'shop.json')
const currentRun = () => (existsSync(runFile) ? (JSON.parse(read(runFile)) as Run) : undefined)

const opened = async () => {
  const run = await eventually(
    async () => currentRun(),
    (found) => found?.ready !== undefined,
    120_000,
  )
  return run!
}

const browse = async ({ ports }: Run) =>
  (await fetch(`http://127.0.0.1:${ports.gateway.public}/v1/products?limit=1`)).status

/** Servers of a run, some of which write over their environment and so over our mark. */
const serversOf = ({ processes }: Run) => Object.values(processes).map(({ pid }) => pid)

afterAll(() => {
  for (const pid of alive()) process.kill(pid, 'SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

describe('starting and stopping', () => {
  it('leaves no process behind: SIGTERM, kill -9 of the starter and the next start, npm stop', async () => {
    const first = script('start')
    const open = await opened()
    expect(await browse(open)).toBe(200)
    const second = script('start')
    expect([await second.ended, await second.said]).toEqual([
      1,
      expect.stringMatching(/runs already/),
    ])
    expect(await script('status').ended).toBe(0)

    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect([...alive(), ...serversOf(open).filter(exists)]).toEqual([])
    expect(await script('status').ended).toBe(3)

    const killed = script('start')
    const before = await opened()
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(await browse(before)).toBe(200)
    const orphans = [...alive(), ...serversOf(before)]
    expect(orphans.length).toBeGreaterThan(14)

    const next = script('start')
    const after = await eventually(
      async () => currentRun(),
      (found) => found?.ready !== undefined && found.starter.pid === next.child.pid,
      120_000,
    )
    expect(await browse(after!)).toBe(200)
    expect(orphans.filter(exists)).toEqual([])

    const stop = script('stop')
    expect([await stop.ended, await next.ended]).toEqual([0, 0])
    expect(await next.said).toMatch(/Ended \d+ processes that an earlier start had left behind/)
    expect([...alive(), ...serversOf(after!).filter(exists)]).toEqual([])
  }, 300_000)

  it('a start that fails says why and what to do, and leaves no process behind either', async () => {
    const away = 'mysql://root:x@127.0.0.1:1'
    const failed = script('start', { MICROMART_MYSQL_URL: away })
    expect(await failed.ended).toBe(1)
    expect(await failed.said).toMatch(
      /FAILED {2}The database at 127\.0\.0\.1:1 refuses[^]*\n {2}do {4}Is it running/,
    )
    expect(alive()).toEqual([])
  }, 60_000)

  it('the doctor changes nothing and finds what is in the way', async () => {
    const entries = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .map((entry) => path.join(entry.parentPath, entry.name))
        .map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`)
        .toSorted()
    const before = entries(home)

    expect(await script('doctor').ended).toBe(0)
    const sick = script('doctor', { MICROMART_REDIS_URL: 'redis://127.0.0.1:1' })
    expect([await sick.ended, await sick.said]).toEqual([
      1,
      expect.stringMatching(/BAD {3}redis +nothing answers at 127\.0\.0\.1:1/),
    ])

    expect(entries(home)).toEqual(before)
  }, 60_000)
})
