import type { HeaderSpec, ResponseSpec } from '../http/route.ts'

/** Headers that several routes read. */
export const headers = {
  cartToken: {
    name: 'X-Cart-Token',
    description: "Names a guest's cart; beats the cookie `mm_cart`.",
  },
  orderToken: { name: 'X-Order-Token', description: "Opens a guest's order." },
  erasureToken: {
    name: 'X-Erasure-Token',
    description: 'Opens the receipt of an erasure: there is no account any more that could.',
    required: true,
  },
  ifMatch: { name: 'If-Match', description: 'The ETag that was read.', required: true },
  ifNoneMatch: { name: 'If-None-Match', description: 'Answers 304 when nothing changed.' },
} as const satisfies Record<string, HeaderSpec>

/** Refusals that a route's own row names beside those that follow from its shape. */
const described = {
  304: 'Not changed since.',
  401: 'Not logged in, or the credentials are wrong.',
  402: 'The payment was declined.',
  404: 'Absent, or not yours to know of.',
  409: 'Changed meanwhile, a duplicate, or still running.',
  412: 'Changed since it was read.',
  422: 'The state forbids it.',
  428: 'If-Match is missing.',
} as const

/** Documents statuses that a handler may answer with besides its success. */
export const alsoAnswers = (
  ...statuses: readonly (keyof typeof described)[]
): Readonly<Record<number, ResponseSpec>> =>
  Object.fromEntries(statuses.map((status) => [status, { description: described[status] }]))
