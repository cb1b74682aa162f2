import { createLog } from './log.ts'

const backstopMs = 10_000

/** Ends the process when stopping hangs: the only `process.exit` of a service. */
const armBackstop = (): void => {
  setTimeout(() => process.exit(1), backstopMs).unref()
}

/**
 * Runs a service until SIGINT or SIGTERM, then disposes it. A failed start, or an error that nobody handled, is logged
 * and ends the process with code 1: the restarter starts it anew.
 */
export const runMain = async (
  name: string,
  start: () => Promise<AsyncDisposable>,
): Promise<void> => {
  const log = createLog(name)
  let running: AsyncDisposable | undefined
  let stopping = false
  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return
    stopping = true
    process.exitCode = exitCode
    armBackstop()
    await running?.[Symbol.asyncDispose]()
    process.exit(exitCode)
  }
  const fail = (cause: unknown): void => {
    log.error({ cause }, stopping ? 'stopping failed' : 'an error that nobody handled: stopping')
    stop(1).catch(() => process.exit(1))
  }
  process.on('uncaughtException', fail).on('unhandledRejection', fail)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0).catch(fail))
  try {
    running = await start()
  } catch (cause) {
    log.error({ cause }, 'could not start')
    process.exit(1)
  }
}
