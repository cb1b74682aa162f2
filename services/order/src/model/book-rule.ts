import type { BookRecord, BookTime } from './book-record.ts'

/** Each invariant that data alone can tell; the others need a client's history (docs/reliability/invariants.md). */
export const bookTitles = {
  I1: 'Stock is conserved: on hand is the sum of movements, held the sum of live holds, nothing negative',
  I2: 'Each sold unit left the shelf for its own order: nothing is sold twice',
  I4: 'At most one capture per order; what was captured and paid back is what its state says, at order, payment and provider',
  I5: 'Each order that a client was told of is there, with lines, owner and a state that follows',
  I6: 'Each capture belongs to one order that is paid, or has gone back',
  I7: 'An attempt that came to nothing keeps no goods',
  I9: 'Nothing is stuck: orders, holds, refunds, outboxes, dead letters, keys',
  I10: 'Each committed state has its event, told once; no event without its state; each effect once',
  I11: 'The cart has given what was bought',
  I12: 'A total is the sum of its frozen lines and stored charges',
  I13: 'Each history is a path in the table of legal moves and ends at the order’s status',
} as const

export type BookId = keyof typeof bookTitles

/**
 * One invariant over one joined record. `judge` says what is wrong, in words; nothing when all is well, and
 * undefined when the record is none of its business.
 */
export type BookRule = {
  readonly id: BookId
  readonly judge: (record: BookRecord, time: BookTime) => readonly string[] | undefined
}

/** The words of those that are true. */
export const wrongs = (found: readonly (readonly [boolean, string])[]): readonly string[] =>
  found.filter(([is]) => is).map(([, words]) => words)
