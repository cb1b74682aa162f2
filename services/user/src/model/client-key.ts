/** The public half of a client's key (RFC 7517), for the signature of its assertions. */
export type ClientKey = Readonly<Record<string, string>>

const members: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  RSA: ['n', 'e'],
}
const curves: Readonly<Record<string, string>> = { EC: 'P-256', OKP: 'Ed25519' }
const named = ['kid', 'alg', 'use'] as const
const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

const shortestModulus = 342 // 2,048 bits in base64url
const longestMember = 1_024
const mostKeys = 5

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longestMember

const picked = (key: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.flatMap((name) => (isText(key[name]) ? [[name, key[name]] as const] : []))

const isStrong = ({ kty = '', crv, n = '' }: ClientKey): boolean =>
  kty === 'RSA' ? n.length >= shortestModulus : crv === curves[kty]

/** @returns undefined for what is no public key of a kind that is taken */
const keyOf = (value: unknown): ClientKey | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const given = value as Readonly<Record<string, unknown>>
  if (secret.some((name) => name in given) || !isText(given['kty'])) return undefined
  const needed = members[given['kty']] ?? []
  const parts = picked(given, needed)
  if (needed.length === 0 || parts.length < needed.length) return undefined
  const key = { kty: given['kty'], ...Object.fromEntries([...parts, ...picked(given, named)]) }
  return isStrong(key) ? key : undefined
}

/**
 * The keys of a JWK Set: 1 to 5 of P-256, Ed25519 or RSA with 2,048 bits, without private halves.
 * @returns undefined when the text holds anything else
 */
export const clientKeysOf = (keys: readonly unknown[]): readonly ClientKey[] | undefined => {
  if (keys.length < 1 || keys.length > mostKeys) return undefined
  const read = keys.map(keyOf)
  return read.every((key) => key !== undefined) ? read : undefined
}
