import type { Evidence, Invariant, Violation } from './evidence.ts'
import { capturedOnce, noOrphanMoney } from './money.ts'
import { answersRepeat, infoResolved, legalHistories, noLostOrder, totalsAddUp } from './orders.ts'
import { eventsMatch, nothingStuck, replayChangesNothing } from './quiet.ts'
import { cartsAgree, noLeak, recovers } from './shoppers.ts'
import { notOversold, notUndersold, stockConserved } from './stock.ts'

/** Section 4 of reliability.md, each a pure function of the evidence. */
export const invariants: Readonly<
  Record<string, { readonly title: string; readonly holds: Invariant }>
> = {
  I1: { title: 'stock is conserved in every read', holds: stockConserved },
  I2: { title: 'no oversell', holds: notOversold },
  I3: { title: 'no undersell', holds: notUndersold },
  I4: { title: 'captured once, and what is due', holds: capturedOnce },
  I5: { title: 'no lost order', holds: noLostOrder },
  I6: { title: 'no orphan money', holds: noOrphanMoney },
  I7: { title: 'unknown ends are resolved', holds: infoResolved },
  I8: { title: 'a key has one answer', holds: answersRepeat },
  I9: { title: 'nothing is stuck', holds: nothingStuck },
  I10: { title: 'events match the orders', holds: eventsMatch },
  I11: { title: 'carts agree with the purchases', holds: cartsAgree },
  I12: { title: 'totals add up at real prices', holds: totalsAddUp },
  I13: { title: 'histories are legal', holds: legalHistories },
  I14: { title: 'repeated events change nothing', holds: replayChangesNothing },
  I15: { title: "nobody sees another's data", holds: noLeak },
  I16: { title: 'the shop recovers in time', holds: recovers },
}

/** The shop's own books: not one of the sixteen, but they must agree with them. */
const booksBalance: Invariant = ({ books }) =>
  books === undefined || books.consistent ? [] : books.violations

const saleLimitMs = 10_000

/** On a machine that leaves a run less than two thirds of its time, calls of three seconds pass their deadlines, and the shop says so. */
const starvedFrom = 1.5

/**
 * Each unit of a sale is sold, once, in time, and everybody gets an answer at the first try. Whoever had none for want of a
 * machine got it later; who has bought is judged by I1 to I7.
 */
const saleGoesWell: Invariant = ({ sale }) => {
  if (!sale) return []
  const { units, buyers, paid, refused, other, tookMs, stranded, slowdown } = sale
  const isStarved = slowdown > starvedFrom
  const without = [...other, ...stranded].filter(
    (answer) => !(isStarved && /^(202|503)/.test(answer)),
  )
  const exact = paid === units && refused === buyers - units
  const atMost = isStarved && paid <= units && refused <= buyers - units
  return [
    ...(exact || atMost
      ? []
      : [`${paid} of ${units} units paid, ${refused} of ${buyers - units} refused`]),
    ...(tookMs <= saleLimitMs ? [] : [`it took ${tookMs} ms`]),
    ...without.map((answer) => `somebody was answered ${answer}`),
  ]
}

/** What is judged besides. */
const more: typeof invariants = {
  books: { title: "the shop's own books balance", holds: booksBalance },
  sale: { title: 'a sale goes well', holds: saleGoesWell },
}

/** All that is looked at. */
export const judged: typeof invariants = { ...invariants, ...more }

/** All that is wrong. */
export const check = (evidence: Evidence): readonly Violation[] =>
  Object.entries(judged).flatMap(([invariant, { holds }]) =>
    holds(evidence).map((what) => ({ invariant, what })),
  )

/** What makes a run worth believing; a run in which one of them is zero proves nothing. */
export const countsOf = ({ operations, faults, stockReads }: Evidence) => ({
  operations: operations.length,
  orders: operations.filter(({ op, status }) => op.startsWith('place') && status === 201).length,
  refusals: operations.filter(({ op, outcome }) => op.startsWith('place') && outcome === 'fail')
    .length,
  duplicates: operations.filter(({ op, replayed }) => op.startsWith('place') && replayed).length,
  unknown: operations.filter(({ outcome }) => outcome === 'info').length,
  stockReads,
  faultsArmed: faults.length,
  faultsFired: faults.filter(({ touched }) => touched > 0).length,
})

/** Anti-vacuity: names of the counts that are zero. */
export const vacuous = (counts: ReturnType<typeof countsOf>): readonly string[] =>
  Object.entries(counts)
    .filter(([, count]) => count === 0)
    .map(([name]) => name)
