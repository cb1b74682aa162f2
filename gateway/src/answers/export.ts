import type { GetLinesResponse } from '@micromart/contracts/cart'
import type { ExportOrdersResponse } from '@micromart/contracts/order'
import type { PaymentRecord } from '@micromart/contracts/payment'
import { moneyAnswer, timeAnswer } from './money.ts'
import { entryAnswer, orderAnswer } from './order.ts'
import { refundAnswer } from './refund.ts'

const recordAnswer = (record: PaymentRecord) => ({
  status: record.status,
  provider: record.provider,
  amount: record.amount ? moneyAnswer(record.amount) : null,
  refunded: record.refunded ? moneyAnswer(record.refunded) : null,
  declineCode: record.declineCode ?? null,
  chargeId: record.chargeId ?? null,
  updatedAt: timeAnswer(record.updatedAt),
})

/** An order with everything that is kept of it. */
export const wholeOrderAnswer = ({ order, timeline, refunds, payment }: ExportOrdersResponse) => ({
  ...orderAnswer(order),
  timeline: timeline.map(entryAnswer),
  refunds: refunds.map(refundAnswer),
  paymentRecord: payment ? recordAnswer(payment) : null,
})

export const keptCartAnswer = ({ lines }: GetLinesResponse) => ({
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
})
