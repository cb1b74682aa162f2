import type { EntityManager } from 'typeorm'
import { type Balances, balancesOf, type Entry, type Posting } from '../model/ledger.ts'
import { ledgerTable } from './rows.ts'

/** Enters postings in the transaction of the change that they tell of. The table only grows: there is no other write to it. */
export const enterPostings = async (
  tx: EntityManager,
  paymentId: string,
  postings: readonly Posting[],
  enteredAt: Date,
): Promise<void> => {
  const rows = postings.flatMap(({ name, currency, entries }) =>
    entries.map((entry) => ({ ...entry, paymentId, posting: name, currency, enteredAt })),
  )
  if (rows.length > 0) await ledgerTable.insert(tx, rows)
}

type Known = { readonly names: ReadonlySet<string>; readonly balances: Balances }

/** What was entered for a payment; call it with the payment's row locked. */
export const readLedger = async (tx: EntityManager, paymentId: string): Promise<Known> => {
  const rows = await ledgerTable.select(tx, 'WHERE payment_id = ?', [paymentId])
  return {
    names: new Set(rows.map(({ posting }) => posting)),
    balances: balancesOf(rows satisfies readonly Entry[]),
  }
}

/** Those that were not entered yet: a notice may tell again what is known. */
export const newPostings = (
  postings: readonly Posting[],
  names: ReadonlySet<string>,
): readonly Posting[] => postings.filter(({ name }) => !names.has(name))
