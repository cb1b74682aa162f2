import { bigintColumn, idColumn, tableOf, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { RefundStatus } from '../model/refund.ts'

export type RefundRow = {
  id: string
  orderId: string
  status: RefundStatus
  currency: string
  amount: bigint
  reason: string
  restock: number
  createdAt: Date
  updatedAt: Date
}

const refundRows = new EntitySchema<RefundRow>({
  name: 'refunds',
  columns: {
    id: { ...idColumn, primary: true },
    orderId: { ...idColumn, name: 'order_id' },
    status: { type: 'varchar', length: 16, charset: 'ascii' },
    currency: { type: 'char', length: 3, charset: 'ascii' },
    amount: { type: 'bigint', transformer: bigintColumn },
    reason: { type: 'varchar', length: 500 },
    restock: { type: 'tinyint' },
    createdAt: { ...timeColumn, name: 'created_at' },
    updatedAt: { ...timeColumn, name: 'updated_at' },
  },
})

export type RefundLineRow = { refundId: string; line: number; sku: string; quantity: number }

const refundLineRows = new EntitySchema<RefundLineRow>({
  name: 'refund_lines',
  columns: {
    refundId: { ...idColumn, name: 'refund_id', primary: true },
    line: { type: 'smallint', primary: true },
    sku: { type: 'varchar', length: 255 },
    quantity: { type: 'int' },
  },
})

export const refundEntities = [refundRows, refundLineRows] as const
export const refundsTable = tableOf(refundRows)
export const refundLinesTable = tableOf(refundLineRows)
