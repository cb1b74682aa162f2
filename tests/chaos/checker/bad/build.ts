import type { Operation } from '../../load/history.ts'
import { clean, cleanDump, cleanOperations, operation } from '../clean.ts'
import type { Dump, Evidence } from '../evidence.ts'

/** The clean run with another state of the stores. */
export const dumped = (change: Partial<Dump>): Evidence => ({
  ...clean,
  dump: { ...cleanDump, ...change },
  replayed: undefined,
})

/** The clean run with more operations. */
export const also = (...more: Parameters<typeof operation>[0][]): Evidence => ({
  ...clean,
  operations: [...cleanOperations, ...more.map(operation)],
})

export const first = <T>(list: readonly T[], change: Partial<T>): T[] =>
  list.map((each, index) => (index === 0 ? { ...each, ...change } : each))

/** The same run, but that the last units were refused to somebody, and are gone. */
export const soldOut: Evidence = {
  ...clean,
  soldOut: ['A'],
  dump: {
    ...cleanDump,
    movements: first(cleanDump.movements, { delta: 2 }),
    stock: { ...cleanDump.stock, stock: [{ sku: 'A', onHand: 0, held: 0 }], moved: { A: 0 } },
  },
  initial: { A: 2 },
  replayed: undefined,
}

/** The clean run with other answers. */
export const answers = (change: (each: Operation) => Operation): Evidence => ({
  ...clean,
  operations: cleanOperations.map(change),
})

/** o1 is answered otherwise. */
export const told = (change: Partial<NonNullable<Operation['order']>>): Evidence =>
  answers((each) =>
    each.order?.id === 'o1' ? { ...each, order: { ...each.order, ...change } } : each,
  )

type Cases = Readonly<Record<string, Evidence>>

/** What a shop with a fault tells its clients, and what it leaves in its stores, by invariant. */
export type Bad = Readonly<Record<string, { readonly history: Cases; readonly database: Cases }>>
