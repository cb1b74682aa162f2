import { setTimeout as pause } from 'node:timers/promises'
import { leave } from './leaving.ts'
import { createLog } from './log.ts'

const backstopMs = 10_000

/** Ends the process when stopping hangs: the only `process.exit` of a service. */
const armBackstop = (): void => {
  setTimeout(() => process.exit(1), backstopMs).unref()
}

type Drained = { readonly DRAIN_MS: number }

/**
 * Runs a service until SIGINT or SIGTERM. It says at once that it is not ready, serves on for DRAIN_MS, so that those who send
 * requests have heard of it, and is then disposed; a second signal cuts the drain short. A failed start, or an error that nobody
 * handled, is logged and ends the process with code 1: the restarter starts it anew.
 * @param read the environment
 */
export const runMain = async <Config extends Drained>(
  name: string,
  read: () => Config,
  start: (config: Config) => Promise<AsyncDisposable>,
): Promise<void> => {
  const log = createLog(name)
  const hurry = new AbortController()
  let running: AsyncDisposable | undefined
  let drainMs = 0
  let stopping = false
  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return
    stopping = true
    process.exitCode = exitCode
    leave()
    if (exitCode === 0 && running && drainMs > 0) {
      log.info({ drainMs }, 'draining')
      await pause(drainMs, undefined, { signal: hurry.signal }).catch(() => undefined)
    }
    armBackstop()
    await running?.[Symbol.asyncDispose]()
    process.exit(exitCode)
  }
  const fail = (cause: unknown): void => {
    log.error({ cause }, stopping ? 'stopping failed' : 'an error that nobody handled: stopping')
    stop(1).catch(() => process.exit(1))
  }
  const end = (): void => {
    if (stopping) hurry.abort()
    else stop(0).catch(fail)
  }
  process.on('uncaughtException', fail).on('unhandledRejection', fail)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  try {
    const config = read()
    drainMs = config.DRAIN_MS
    running = await start(config)
  } catch (cause) {
    log.error({ cause }, 'could not start')
    process.exit(1)
  }
}
