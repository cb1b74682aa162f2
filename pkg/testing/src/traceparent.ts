import { randomBytes } from 'node:crypto'

/** A W3C traceparent of a new, sampled trace. */
export const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`

/** The same trace with a span of one's own, as each sidecar on the way makes one. */
export const withOwnSpan = (traceparent: string): string => {
  const [version, trace, , flags] = traceparent.split('-')
  return [version, trace, randomBytes(8).toString('hex'), flags].join('-')
}
