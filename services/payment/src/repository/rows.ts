import { bigintColumn, idColumn, outboxRows, tableOf, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { Account, Entry } from '../model/ledger.ts'
import type { PaymentStatus } from '../model/payment.ts'
import type { RefundOrigin, RefundStatus } from '../model/refund.ts'

export type PaymentRow = {
  id: string
  orderId: string
  provider: string
  status: PaymentStatus
  version: number
  amount: bigint | null
  currency: string | null
  refundAsked: bigint
  refunded: bigint
  toldRefunded: bigint
  chargeId: string | null
  actionUrl: string | null
  actionExpiresAt: Date | null
  declineCode: string | null
  createdAt: Date
  updatedAt: Date
}

const paymentRows = new EntitySchema<PaymentRow>({
  name: 'payments',
  columns: {
    id: { ...idColumn, primary: true },
    orderId: { name: 'order_id', ...idColumn },
    provider: { type: 'varchar', length: 20 },
    status: { type: 'varchar', length: 20 },
    version: { type: 'int' },
    amount: { type: 'bigint', nullable: true, transformer: bigintColumn },
    currency: { type: 'char', length: 3, nullable: true },
    refundAsked: { name: 'refund_asked', type: 'bigint', transformer: bigintColumn },
    refunded: { type: 'bigint', transformer: bigintColumn },
    toldRefunded: { name: 'told_refunded', type: 'bigint', transformer: bigintColumn },
    chargeId: { name: 'charge_id', type: 'varchar', length: 64, nullable: true },
    actionUrl: { name: 'action_url', type: 'varchar', length: 2048, nullable: true },
    actionExpiresAt: { name: 'action_expires_at', ...timeColumn, nullable: true },
    declineCode: { name: 'decline_code', type: 'varchar', length: 60, nullable: true },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
  },
})

export const paymentTable = tableOf(paymentRows)

export type RefundRow = {
  id: string
  paymentId: string
  amount: bigint
  currency: string
  status: RefundStatus
  origin: RefundOrigin
  /** When this service goes on with it; null for what the order service repeats, and at its end. */
  dueAt: Date | null
  /** When one was booked that no order asked for. */
  foreignAt: Date | null
  done: boolean
  createdAt: Date
  updatedAt: Date
}

const refundRows = new EntitySchema<RefundRow>({
  name: 'refunds',
  columns: {
    id: { ...idColumn, primary: true },
    paymentId: { name: 'payment_id', ...idColumn },
    amount: { type: 'bigint', transformer: bigintColumn },
    currency: { type: 'char', length: 3 },
    status: { type: 'varchar', length: 20 },
    origin: { type: 'varchar', length: 8 },
    dueAt: { name: 'due_at', ...timeColumn, nullable: true },
    foreignAt: { name: 'foreign_at', ...timeColumn, nullable: true },
    done: { type: 'boolean' },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
  },
})

export const refundTable = tableOf(refundRows)

export type LedgerRow = {
  seq: bigint
  paymentId: string
  posting: string
  account: Account
  side: Entry['side']
  amount: bigint
  currency: string
  enteredAt: Date
}

const ledgerRows = new EntitySchema<LedgerRow>({
  name: 'ledger_entries',
  columns: {
    seq: { type: 'bigint', primary: true, generated: 'increment', transformer: bigintColumn },
    paymentId: { name: 'payment_id', ...idColumn },
    posting: { type: 'varchar', length: 80 },
    account: { type: 'varchar', length: 20 },
    side: { type: 'varchar', length: 6 },
    amount: { type: 'bigint', transformer: bigintColumn },
    currency: { type: 'char', length: 3 },
    enteredAt: { name: 'entered_at', ...timeColumn },
  },
})

export const ledgerTable = tableOf(ledgerRows)

export const entities = [paymentRows, refundRows, ledgerRows, outboxRows]
