import { v7, validate } from 'uuid'

/** Where new ids come from; tests pass their own. */
export type Ids = { readonly next: () => string }

/** UUIDv7 (RFC 9562): sorts by time of creation, so it is kind to a clustered index. */
export const systemIds: Ids = { next: () => v7() }

/** Whether a text has the form of an id (any UUID version, lower or upper case). */
export const isId = (text: string): boolean => validate(text)
