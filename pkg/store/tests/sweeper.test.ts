import { expect, it } from '@jest/globals'
import { type Log, silentLog } from '@micromart/kernel'
import { startSweeper } from '../src/index.ts'
import { eventually } from './test-database.ts'

it('runs again and again, never twice at once, also after a failure', async () => {
  let running = 0
  let runs = 0
  const failures: object[] = []
  const log: Log = { ...silentLog, error: (fields) => void failures.push(fields) }
  const run = async () => {
    running += 1
    expect(running).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    runs += 1
    if (runs === 2) throw new Error('once')
  }
  await using sweeper = startSweeper({ name: 'test', everyMs: 5, run, log })
  await Promise.all([sweeper.runNow(), sweeper.runNow().catch(() => 'failed')])
  await eventually(() => runs > 4)
  expect(failures.length).toBeLessThanOrEqual(1)
})

it('waits for the run under way when it is stopped, and starts no other', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let runs = 0
  const run = async () => {
    runs += 1
    await gate
  }
  const sweeper = startSweeper({ name: 'test', everyMs: 3_600_000, run, log: silentLog })
  const first = sweeper.runNow()
  const stopping = sweeper[Symbol.asyncDispose]()
  open()
  await Promise.all([first, stopping])
  expect(runs).toBe(1)
})
