import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { identify, isAlive, runMark } from '../machine/processes.mjs'
import { cleanUp, leftOf, openRun, readRun, starterIsAlive } from './run-file.mjs'

let home
let spawned

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'mm-run-'))
  spawned = []
})

afterEach(() => {
  for (const child of spawned) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

/** A process that does nothing, as one of a run does or doesn't. */
const sleeper = async (env = {}) => {
  const child = spawn('sleep', ['60'], { env: { ...process.env, ...env }, stdio: 'ignore' })
  spawned.push(child)
  await once(child, 'spawn')
  return child
}

/** What a starter that was killed leaves: a run file whose starter is gone. */
const leave = (run) => {
  mkdirSync(path.join(home, 'run'), { recursive: true })
  const starter = { pid: process.pid, started: 'long ago' }
  writeFileSync(path.join(home, 'run', 'shop.json'), JSON.stringify({ starter, ...run }))
}

describe('a process', () => {
  it('is known by pid and start time', async () => {
    const { pid } = await sleeper()
    expect(isAlive(identify(pid))).toBe(true)
  })

  it('with the same pid but another start time is somebody else', async () => {
    const { pid } = await sleeper()
    expect(isAlive({ pid, started: '1' })).toBe(false)
  })

  it('that has ended has no identity', async () => {
    const child = await sleeper()
    const known = identify(child.pid)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(known)).toBe(false)
  })
})

describe('a run', () => {
  it('is alive as long as its starter', () => {
    openRun(home, 'r1')
    expect(starterIsAlive(readRun(home))).toBe(true)
    expect(readRun(home)).toMatchObject({ runId: 'r1', starter: { pid: process.pid } })
  })

  it('is never cleaned up under a living starter', async () => {
    const run = openRun(home, 'r2')
    const child = await sleeper()
    run.record('redis', child.pid)
    expect(await cleanUp(home)).toBe(0)
    expect(child.exitCode).toBeNull()
  })

  it('leaves its recorded and its marked processes, and no others', async () => {
    const [recorded, marked, stranger] = [
      await sleeper(),
      await sleeper({ [runMark]: 'r3' }),
      await sleeper({ [runMark]: 'another' }),
    ]
    leave({ runId: 'r3', processes: { redis: identify(recorded.pid) } })

    const left = leftOf(readRun(home)).map(({ pid }) => pid)

    expect(left.toSorted()).toEqual([recorded.pid, marked.pid].toSorted())
    expect(left).not.toContain(stranger.pid)
  })

  it('of a dead starter is ended, but never the process that got a recorded pid later', async () => {
    const [ours, reused] = [await sleeper(), await sleeper()]
    const processes = { redis: identify(ours.pid), mysql: { pid: reused.pid, started: '1' } }
    leave({ runId: 'r4', processes })
    const ended = once(ours, 'exit')

    expect(await cleanUp(home)).toBe(1)

    expect((await ended)[1]).toBe('SIGTERM')
    expect(reused.exitCode).toBeNull()
    expect(readRun(home)).toBeUndefined()
  })
})
