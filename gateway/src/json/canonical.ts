import { createHash } from 'node:crypto'

/** JSON with sorted keys and no spaces: equal values, equal text, whatever order a client wrote. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/**
 * What makes two requests under one Idempotency-Key the same: method, route and body, never the caller.
 * @returns SHA-256, hex
 */
export const fingerprint = (method: string, route: string, body: unknown): string =>
  createHash('sha256')
    .update(`${method} ${route}\n${canonicalJson(body)}`)
    .digest('hex')
