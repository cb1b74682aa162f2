import type { GetErasureResponse } from '@micromart/contracts/user'
import { jsonOrText } from '../json/json-or-text.ts'
import { count, timeAnswer } from './money.ts'

export const erasureAnswer = (erasure: GetErasureResponse) => ({
  id: erasure.receiptId,
  status: erasure.completedAt ? ('done' as const) : ('running' as const),
  requestedAt: timeAnswer(erasure.requestedAt),
  completedAt: erasure.completedAt ? timeAnswer(erasure.completedAt) : null,
  parts: erasure.parts.map(({ app, at, erased, kept, digest }) => ({
    app,
    at: timeAnswer(at),
    erased: Object.fromEntries(erased.map((of) => [of.kind, count(of.count)])),
    kept,
    digest,
  })),
  receipt: erasure.receipt ?? null,
  key: erasure.key === undefined ? null : jsonOrText(erasure.key),
})
