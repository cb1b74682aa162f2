import { loopDelay } from './event-loop.ts'
import { isLeaving } from './leaving.ts'
import { maskText } from './redact.ts'

/**
 * What must hold for requests to be served, by name. Each resolves with what is wrong, or with nothing; one that throws says so
 * by its error.
 */
export type ReadyChecks = Readonly<Record<string, () => Promise<string | undefined>>>

/** What was found, for those inside: `ok`, or why not, by the name of the check. */
export type Readiness = {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, string>>
}

const limitMs = 2_000
const longest = 200

const judged = async (check: () => Promise<string | undefined>): Promise<string> => {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${limitMs / 1_000} s`), limitMs)
  try {
    return (await Promise.race([check(), late])) ?? 'ok'
  } catch (error) {
    return maskText(error instanceof Error ? error.message : String(error)).slice(0, longest)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A process whose event loop is later than this half of the time is drowning: those who can should ask another.
 * @param limitMs 0 for never
 */
export const loopInTime =
  (limitMs: number): ReadyChecks[string] =>
  async () => {
    const late = Math.round(loopDelay().p50 * 1_000)
    return limitMs > 0 && late > limitMs ? `${late} ms late, half of the time` : undefined
  }

/** Asks all checks at once. A process that ends asks nobody any more. */
export const readinessOf = async (
  checks: ReadyChecks,
  stopping: () => boolean,
): Promise<Readiness> => {
  if (isLeaving() || stopping()) return { ready: false, checks: { process: 'draining' } }
  const found = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await judged(check)] as const),
  )
  return { ready: found.every(([, said]) => said === 'ok'), checks: Object.fromEntries(found) }
}
