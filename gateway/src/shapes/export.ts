import { z } from 'zod'
import { kept, me } from './account.ts'
import { savedAddress } from './address.ts'
import { order, timelineItem } from './order.ts'
import { refund } from './refund.ts'
import { money, time } from './texts.ts'

const paymentRecord = z.object({
  status: z.string().describe('Such as `captured` or `declined`.'),
  provider: z.string(),
  amount: money.nullable(),
  refunded: money.nullable(),
  declineCode: z.string().nullable(),
  chargeId: z.string().nullable().describe("The provider's name for the charge."),
  updatedAt: time,
})

const wholeOrder = order
  .extend({
    timeline: z.array(timelineItem),
    refunds: z.array(refund),
    paymentRecord: paymentRecord
      .nullable()
      .describe('What the shop keeps of the payment; the card is known to the provider alone.'),
  })
  .meta({ id: 'ExportedOrder' })

const keptCart = z.object({ items: z.array(z.object({ sku: z.string(), quantity: z.int() })) })

/** Everything that the shop keeps about somebody, from all of its services. */
export const everything = z
  .object({
    exportedAt: time,
    user: me,
    addresses: z.array(savedAddress),
    ...kept,
    cart: keptCart,
    orders: z.array(wholeOrder),
  })
  .meta({ id: 'Export' })
