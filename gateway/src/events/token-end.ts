import type { Clock } from '@micromart/kernel'

/** A guest's stream, and a bound for every other. */
const longestMs = 15 * 60_000

/** For one that ends this very moment: its stream says so, rather than nothing. */
const shortestMs = 1_000

/** When a token that was verified says that it ends, in ms since 1970. */
const endOf = (token: string): number => {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  const { exp } = JSON.parse(payload) as { readonly exp?: unknown }
  return typeof exp === 'number' ? exp * 1_000 : 0
}

/** How long something may go on that a token has begun: no longer than the token itself. */
export const millisecondsOf = (token: string | undefined, clock: Clock): number => {
  if (token === undefined) return longestMs
  const left = endOf(token) - clock.now().getTime()
  return Math.min(longestMs, Math.max(shortestMs, left))
}
