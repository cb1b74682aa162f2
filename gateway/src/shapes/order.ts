import { holdsCardNumber } from '@micromart/kernel'
import { z } from 'zod'
import { address, addressIn } from './address.ts'
import { listOf, paging } from './queries.ts'
import { email, id, line, money, moneyIn, time } from './texts.ts'

export const orderStatuses = [
  'PENDING',
  'PAYMENT_PENDING',
  'PAID',
  'REJECTED',
  'FAILED',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REFUNDED',
] as const

const item = z
  .object({
    sku: z.string(),
    title: z.string(),
    quantity: z.int(),
    unitPrice: money,
    lineTotal: money,
  })
  .meta({ id: 'OrderItem' })

const nextAction = z
  .object({
    type: z.string().describe('`redirect`'),
    url: z.string().describe("Where the shopper's browser goes to authenticate."),
    expiresAt: time.describe('Afterwards the payment is given up.'),
  })
  .meta({ id: 'NextAction' })

const orderPayment = z.object({
  status: z
    .string()
    .describe(
      '`none`, `pending`, `requires_action`, `paid`, `declined`, `cancelled`, `refund_pending`, `partially_refunded`, `refunded` or `refund_refused`',
    ),
  method: z.string(),
  nextAction: nextAction
    .optional()
    .describe('With `requires_action`: what the shopper has to do before the payment goes on.'),
})

export const order = z
  .object({
    id,
    number: z.string(),
    status: z.enum(orderStatuses),
    email: z.string(),
    items: z.array(item),
    subtotal: money,
    shipping: money,
    tax: money,
    discount: money,
    total: money,
    shippingAddress: address,
    payment: orderPayment,
    createdAt: time,
    updatedAt: time,
    refunded: money
      .optional()
      .describe('Given back, also what is still on its way; absent when nothing is.'),
    carrier: z.string().optional().describe('Who carries it, once it is shipped.'),
    trackingCode: z.string().optional(),
    orderToken: z.string().optional(),
  })
  .meta({ id: 'Order' })

export const orderList = listOf(order)

export const timelineItem = z.object({
  at: time,
  status: z.enum(orderStatuses),
  event: z.string(),
  message: z.string(),
  actor: z.string(),
})

export const timeline = z.object({ items: z.array(timelineItem) }).meta({ id: 'Timeline' })

/** The provider's one-time token, never a card number (S63). */
const cardToken = line(255).refine((text) => !holdsCardNumber(text), 'must not be a card number')

const payment = z.strictObject({ method: z.literal('card'), token: cardToken })

export const orderIn = z
  .strictObject({
    shippingAddress: addressIn.optional(),
    // Of any form: one that cannot be an id is 404, like an absent one.
    addressId: z.string().optional(),
    payment,
    email: email.optional(),
    expectedTotal: moneyIn.extend({ amount: z.int().min(0) }).optional(),
  })
  .refine(
    ({ shippingAddress, addressId }) =>
      (shippingAddress === undefined) !== (addressId === undefined),
    { path: ['shippingAddress'], message: 'send either shippingAddress or addressId' },
  )
export type OrderIn = z.output<typeof orderIn>

/** A request that says nothing more than its route; `{}` is fine. */
export const nothingIn = z.strictObject({})

export const adminOrderQuery = z.object({
  ...paging,
  status: z.enum(orderStatuses).optional(),
  email: z.string().min(1).max(254).optional(),
  number: line(40).optional(),
})
