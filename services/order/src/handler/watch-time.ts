import type { Caller } from '@micromart/service'
import { limits } from '../model/limits.ts'

/**
 * How long a caller may watch: until it goes, until its token ends, or for the longest time there is. Disposing it leaves no timer
 * behind.
 */
export const watchTime = (
  gone: AbortSignal,
  caller: Caller,
): Disposable & { readonly signal: AbortSignal } => {
  const over = new AbortController()
  const end = () => over.abort()
  const longest = Date.now() + limits.watch
  const until = caller.kind === 'anonymous' ? longest : caller.expiresAt.getTime()
  const left = Math.min(until, longest) - Date.now()
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
