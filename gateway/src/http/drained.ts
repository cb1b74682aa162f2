import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Waits for a client that reads slowly, and not for one that has left. */
export const drained = async (response: ServerResponse): Promise<void> => {
  if (response.destroyed) return
  const settled = new AbortController()
  const { signal } = settled
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
  } finally {
    settled.abort()
  }
}
