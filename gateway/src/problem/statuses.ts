import type { ErrorKind } from '@micromart/kernel'

/** The one table from a kind of error to a status (style.md 2.3). 402, 405, 412, 413, 415, 428 and 429 are the gateway's own. */
export const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  precondition: 422,
  unavailable: 503,
  internal: 500,
}
