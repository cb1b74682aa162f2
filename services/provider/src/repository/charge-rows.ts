import { type Ids, money } from '@micromart/kernel'
import type { Charge, DeclineCode, End, NewCharge, Outcome } from '../model/charge.ts'
import type { ChargeRow } from './rows.ts'

const endOf = (status: End['status'], code: DeclineCode | null): End =>
  status === 'succeeded' ? { status } : { status, declineCode: code ?? 'card_declined' }

const outcomeOf = (row: ChargeRow): Outcome => {
  const { status, declineCode, dueAt, thenStatus, thenCode } = row
  const next = thenStatus === null ? undefined : endOf(thenStatus, thenCode)
  if (status === 'declined' && dueAt && next) {
    return { status, declineCode: declineCode ?? 'card_declined', dueAt, next }
  }
  if (status === 'requires_action') return { status, dueAt: dueAt ?? row.createdAt, next }
  if (status === 'pending') {
    return { status, dueAt: dueAt ?? row.createdAt, next: next ?? { status: 'succeeded' } }
  }
  return endOf(status, row.declineCode)
}

export const chargeOf = (row: ChargeRow): Charge => ({
  id: row.id,
  key: row.key,
  outcome: outcomeOf(row),
  amount: row.amount === null ? undefined : money(row.amount, row.currency ?? ''),
  reference: row.reference ?? undefined,
  fingerprint: row.fingerprint ?? undefined,
})

const codeOf = (outcome: Outcome | undefined): DeclineCode | null =>
  outcome?.status === 'declined' ? outcome.declineCode : null

/** What an outcome is in the row. */
export const outcomeColumns = (outcome: Outcome) => {
  const { status } = outcome
  const declineCode = codeOf(outcome)
  if (!('dueAt' in outcome)) {
    return { status, declineCode, dueAt: null, thenStatus: null, thenCode: null }
  }
  const { dueAt, next } = outcome
  return { status, declineCode, dueAt, thenStatus: next?.status ?? null, thenCode: codeOf(next) }
}

type Source = { readonly ids: Ids; readonly now: Date }

export const newRow = (charge: NewCharge, { ids, now }: Source): ChargeRow => ({
  ...outcomeColumns(charge.outcome),
  key: charge.key,
  id: ids.next(),
  amount: charge.amount.amount,
  currency: charge.amount.currency,
  refunded: 0n,
  reference: charge.reference,
  fingerprint: charge.fingerprint,
  keepsMoney: charge.keepsMoney,
  createdAt: now,
})

export const tombstone = (key: string, { ids, now }: Source): ChargeRow => ({
  ...outcomeColumns({ status: 'declined', declineCode: 'cancelled' }),
  key,
  id: ids.next(),
  amount: null,
  currency: null,
  refunded: 0n,
  reference: null,
  fingerprint: null,
  keepsMoney: false,
  createdAt: now,
})
