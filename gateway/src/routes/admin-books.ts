import type { CheckBooksResponse, Invariant } from '@micromart/contracts/order'
import { count, timeAnswer } from '../answers/money.ts'
import { booksPatienceMs } from '../client/shop.ts'
import { json, needs, route } from '../http/route.ts'
import { books, booksQuery } from '../shapes/ops.ts'

const invariantAnswer = ({ id, title, holds, checked, violations, violationCount }: Invariant) => ({
  id,
  title,
  holds,
  checked: count(checked),
  violations: violations.map(({ subject, message }) => ({ subject, message })),
  violationCount: count(violationCount),
})

const booksAnswer = ({ consistent, checkedAt, cut, invariants }: CheckBooksResponse) => ({
  consistent,
  checkedAt: timeAnswer(checkedAt),
  cut: timeAnswer(cut),
  invariants: invariants.map(invariantAnswer),
})

export const adminBooksRoutes = [
  route({
    method: 'get',
    path: '/v1/admin/books',
    summary:
      'Whether all stores agree; a million orders take minutes, and 503 says that one store is away',
    tag: 'Admin: operation',
    auth: needs('ops'),
    budget: 'writes', // it reads every store: dearer than any write
    patienceMs: booksPatienceMs + 5_000, // a refusal in time, not a cut connection
    query: booksQuery,
    responses: { 200: { description: 'Each invariant with what breaks it', shape: books } },
    handler: async ({ query: { full = false } }, { order }) =>
      json(200, booksAnswer(await order.checkBooks({ full }))),
  }),
]
