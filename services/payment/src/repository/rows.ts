import { bigintColumn, idColumn, outboxRows, tableOf, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { PaymentStatus } from '../model/payment.ts'

export type PaymentRow = {
  id: string
  orderId: string
  status: PaymentStatus
  version: number
  amount: bigint | null
  currency: string | null
  refundAsked: bigint
  refunded: bigint
  chargeId: string | null
  declineCode: string | null
  createdAt: Date
  updatedAt: Date
}

export const paymentRows = new EntitySchema<PaymentRow>({
  name: 'payments',
  columns: {
    id: { ...idColumn, primary: true },
    orderId: { name: 'order_id', ...idColumn },
    status: { type: 'varchar', length: 20 },
    version: { type: 'int' },
    amount: { type: 'bigint', nullable: true, transformer: bigintColumn },
    currency: { type: 'char', length: 3, nullable: true },
    refundAsked: { name: 'refund_asked', type: 'bigint', transformer: bigintColumn },
    refunded: { type: 'bigint', transformer: bigintColumn },
    chargeId: { name: 'charge_id', type: 'varchar', length: 64, nullable: true },
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
  done: boolean
  createdAt: Date
  updatedAt: Date
}

export const refundRows = new EntitySchema<RefundRow>({
  name: 'refunds',
  columns: {
    id: { ...idColumn, primary: true },
    paymentId: { name: 'payment_id', ...idColumn },
    amount: { type: 'bigint', transformer: bigintColumn },
    currency: { type: 'char', length: 3 },
    done: { type: 'boolean' },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
  },
})

export const entities = [paymentRows, refundRows, outboxRows]
