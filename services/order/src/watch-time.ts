import { callContext } from '@micromart/dapr'
import type { WatchTime } from './handler/rpc.ts'
import { limits } from './model/limits.ts'

/** When the caller's access token ends, by its own claim; the token has been verified. Undefined without one. */
const tokenEnd = (): number | undefined => {
  const claims = callContext.getStore()?.token?.split('.')[1]
  if (claims === undefined) return undefined
  const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown }
  return typeof exp === 'number' ? exp * 1_000 : undefined
}

/** How long the caller may watch: until it goes, until its token ends, or for the longest time there is. */
export const watchTime: WatchTime = (gone) => {
  const over = new AbortController()
  const end = () => over.abort()
  const longest = Date.now() + limits.watch
  const left = Math.min(tokenEnd() ?? longest, longest) - Date.now()
  const timer = setTimeout(end, Math.max(left, 0))
  if (gone.aborted) end()
  gone.addEventListener('abort', end, { once: true })
  return {
    signal: over.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      gone.removeEventListener('abort', end)
    },
  }
}
