import type { ServerResponse } from 'node:http'

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'X-Accel-Buffering': 'no', // a proxy that collects would tell hours later
} as const

/** How long a browser waits before it comes back. */
const retryMs = 2_000

/** What may wait for a client to read it. An order's whole timeline is a tenth of it. */
const mostWaitingBytes = 64 * 1024

/** What is used of a response. */
export type Outlet = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'destroyed' | 'writableLength'
>

/**
 * Writes server-sent events. A client that does not read is cut off and not waited for: what it was to be told is in the
 * timeline, and it resumes by the last id.
 */
export const eventStream = (response: Outlet, heartbeatMs: number) => {
  const write = (text: string): void => {
    response.write(text)
    if (response.writableLength > mostWaitingBytes) response.destroy()
  }
  let wasWaiting = false
  const beat = setInterval(() => {
    const isWaiting = response.writableLength > 0
    if (isWaiting && wasWaiting) return void response.destroy()
    wasWaiting = isWaiting
    write(':\n\n')
  }, heartbeatMs)
  write(`retry: ${retryMs}\n\n`)
  return {
    tell: (event: string, data: unknown, id?: bigint): void => {
      const name = id === undefined ? '' : `id: ${id}\n`
      write(`${name}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    [Symbol.dispose]: () => {
      clearInterval(beat)
      if (!response.destroyed) response.end()
    },
  }
}
