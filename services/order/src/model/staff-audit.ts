import { type Acting, type AuditAction, changedFields } from '@micromart/kernel'
import type { Change } from './change.ts'
import type { Order } from './order.ts'

/** What the audit log tells of an order: how far it is, and the money that went back. */
const shown = ({ status, payment, refunded }: Order) => ({
  status,
  payment: payment.status,
  refunded: Number(refunded.amount),
})

const refundOf = ({ refunds }: Change) =>
  refunds?.opened && {
    refundId: refunds.opened.id,
    amount: Number(refunds.opened.amount.amount),
    currency: refunds.opened.amount.currency,
    restock: refunds.opened.restock,
  }

/** A change with the entry that says which of the staff has made it. */
export const audited = (change: Change, action: AuditAction, by: Acting): Change => {
  const { from, to } = change
  const { before, after } = changedFields(shown(from), { ...shown(to), ...refundOf(change) })
  return { ...change, audit: { by, at: to.updatedAt, action, objectId: to.id, before, after } }
}
