import { bigintColumn, idColumn, tableOf, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { DeclineCode, End, LedgerEntry, Outcome } from '../model/charge.ts'

export type ChargeRow = {
  key: string
  id: string
  status: Outcome['status']
  declineCode: DeclineCode | null
  amount: bigint | null
  currency: string | null
  refunded: bigint
  reference: string | null
  fingerprint: string | null
  dueAt: Date | null
  thenStatus: End['status'] | null
  thenCode: DeclineCode | null
  keepsMoney: boolean
  createdAt: Date
}

export const chargeRows = new EntitySchema<ChargeRow>({
  name: 'charges',
  columns: {
    key: { name: 'idempotency_key', type: 'varchar', length: 255, primary: true },
    id: idColumn,
    status: { type: 'varchar', length: 20 },
    declineCode: { name: 'decline_code', type: 'varchar', length: 40, nullable: true },
    amount: { type: 'bigint', nullable: true, transformer: bigintColumn },
    currency: { type: 'char', length: 3, nullable: true },
    refunded: { type: 'bigint', transformer: bigintColumn },
    reference: { type: 'varchar', length: 100, nullable: true },
    fingerprint: { type: 'char', length: 64, nullable: true },
    dueAt: { name: 'due_at', ...timeColumn, nullable: true },
    thenStatus: { name: 'then_status', type: 'varchar', length: 20, nullable: true },
    thenCode: { name: 'then_code', type: 'varchar', length: 40, nullable: true },
    keepsMoney: { name: 'keeps_money', type: 'boolean' },
    createdAt: { name: 'created_at', ...timeColumn },
  },
})

export type RefundRow = {
  key: string
  id: string
  chargeId: string
  amount: bigint
  createdAt: Date
}

export const refundRows = new EntitySchema<RefundRow>({
  name: 'refunds',
  columns: {
    key: { name: 'idempotency_key', type: 'varchar', length: 255, primary: true },
    id: idColumn,
    chargeId: { name: 'charge_id', ...idColumn },
    amount: { type: 'bigint', transformer: bigintColumn },
    createdAt: { name: 'created_at', ...timeColumn },
  },
})

export type LedgerRow = {
  seq: bigint
  kind: LedgerEntry['kind']
  chargeId: string
  key: string
  reference: string
  amount: bigint
  currency: string
  at: Date
}

export const ledgerRows = new EntitySchema<LedgerRow>({
  name: 'ledger',
  columns: {
    seq: { type: 'bigint', primary: true, generated: 'increment', transformer: bigintColumn },
    kind: { type: 'varchar', length: 10 },
    chargeId: { name: 'charge_id', ...idColumn },
    key: { name: 'idempotency_key', type: 'varchar', length: 255 },
    reference: { type: 'varchar', length: 100 },
    amount: { type: 'bigint', transformer: bigintColumn },
    currency: { type: 'char', length: 3 },
    at: { name: 'entered_at', ...timeColumn },
  },
})

export const chargeTable = tableOf(chargeRows)
export const ledgerTable = tableOf(ledgerRows)

export const entities = [chargeRows, refundRows, ledgerRows]
