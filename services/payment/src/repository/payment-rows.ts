import { money } from '@micromart/kernel'
import type { Payment } from '../model/payment.ts'
import type { PaymentRow } from './rows.ts'

export const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  orderId: row.orderId,
  provider: row.provider,
  status: row.status,
  version: row.version,
  amount: row.amount === null ? undefined : money(row.amount, row.currency ?? ''),
  refunded: row.refunded,
  chargeId: row.chargeId ?? undefined,
  nextAction:
    row.actionUrl === null || row.actionExpiresAt === null
      ? undefined
      : { url: row.actionUrl, expiresAt: row.actionExpiresAt },
  declineCode: row.declineCode ?? undefined,
  updatedAt: row.updatedAt,
})

export const movedProperties = [
  'status',
  'version',
  'amount',
  'currency',
  'chargeId',
  'actionUrl',
  'actionExpiresAt',
  'declineCode',
  'updatedAt',
] as const

/** What a move may change; refunds are counted by the refunds' own updates. */
export const movedColumns = (
  payment: Payment,
): Pick<PaymentRow, (typeof movedProperties)[number]> => ({
  status: payment.status,
  version: payment.version,
  amount: payment.amount?.amount ?? null,
  currency: payment.amount?.currency ?? null,
  chargeId: payment.chargeId ?? null,
  actionUrl: payment.nextAction?.url ?? null,
  actionExpiresAt: payment.nextAction?.expiresAt ?? null,
  declineCode: payment.declineCode ?? null,
  updatedAt: payment.updatedAt,
})

export const newRow = (payment: Payment): PaymentRow => ({
  ...movedColumns(payment),
  id: payment.id,
  orderId: payment.orderId,
  provider: payment.provider,
  refundAsked: 0n,
  refunded: 0n,
  toldRefunded: 0n,
  createdAt: payment.updatedAt,
})
