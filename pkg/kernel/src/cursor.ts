import { DomainError } from './errors.ts'

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

const invalid = () =>
  new DomainError(
    'invalid',
    'cursor_invalid',
    {},
    {
      fields: [
        { path: '/cursor', code: 'cursor_invalid', message: 'is not a cursor of this list' },
      ],
    },
  )

/**
 * An opaque place in a list.
 * @param boundTo what the list was asked for (sort and filters): a cursor serves no other list
 */
export const encodeCursor = (place: JsonValue, boundTo: JsonValue = null): string =>
  Buffer.from(JSON.stringify([place, boundTo])).toString('base64url')

/** @throws DomainError invalid `cursor_invalid`: not ours, or of another list */
export const decodeCursor = (cursor: string, boundTo: JsonValue = null): JsonValue => {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw invalid()
  }
  if (!Array.isArray(parsed) || parsed.length !== 2) throw invalid()
  if (JSON.stringify(parsed[1]) !== JSON.stringify(boundTo)) throw invalid()
  return parsed[0] as JsonValue
}
