import type { Operation } from '../load/history.ts'

/** One second of a run: what ended in it. */
export type Bucket = {
  orders: number
  ok: number
  refused: number
  unknown: number
}

/** The run second by second, from its first operation. */
export const bucketsOf = (operations: readonly Operation[], untilMs: number): readonly Bucket[] => {
  const buckets = Array.from({ length: Math.ceil(untilMs / 1000) + 1 }, () => ({
    orders: 0,
    ok: 0,
    refused: 0,
    unknown: 0,
  }))
  for (const { ended, outcome, status, op } of operations) {
    const bucket = buckets[Math.floor(ended / 1000)]
    if (!bucket || op === 'cart.final') continue
    if (outcome === 'ok') bucket.ok += 1
    if (outcome === 'fail') bucket.refused += 1
    if (outcome === 'info') bucket.unknown += 1
    if (op.startsWith('place') && status === 201) bucket.orders += 1
  }
  return buckets
}
