import { z } from 'zod'
import { id, line, money, moneyIn, ownWords, quantity, sku, time } from './texts.ts'

const refundLine = z.object({ sku: z.string(), quantity: z.int() }).meta({ id: 'RefundLine' })

const onceEach = (lines: readonly { readonly sku: string }[]): boolean =>
  new Set(lines.map((one) => one.sku)).size === lines.length

export const refundIn = z
  .strictObject({
    amount: moneyIn
      .extend({ amount: z.int().min(1).max(1_000_000_000).describe('In minor units.') })
      .optional()
      .describe("How much, in the order's currency; neither amount nor lines: all that is left."),
    lines: z
      .array(z.strictObject({ sku, quantity }))
      .min(1)
      .max(100)
      .refine(onceEach, 'must name each sku once')
      .optional()
      .describe('Which units, at the prices that were paid.'),
    reason: ownWords(500).describe('For people; kept with the refund.'),
    restock: z.boolean().optional().describe('Whether the goods go back on the shelf.'),
  })
  .refine(({ amount, lines }) => amount === undefined || lines === undefined, {
    path: ['lines'],
    message: 'send either amount or lines',
  })
  .refine(({ amount, restock }) => amount === undefined || !restock, {
    path: ['restock'],
    message: 'an amount names no goods',
  })
  .meta({ id: 'RefundInput' })
export type RefundIn = z.output<typeof refundIn>

export const refund = z
  .object({
    id,
    orderId: id,
    amount: money,
    lines: z.array(refundLine).describe('Empty for a refund by amount.'),
    reason: z.string(),
    status: z
      .string()
      .describe('`pending` until the provider has paid back, then `refunded`; or `refused`.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Refund' })

export const shipIn = z
  .strictObject({
    carrier: line(100).optional().describe('Who carries it, such as `DHL`.'),
    trackingCode: line(100).optional().describe("The carrier's own code."),
  })
  .meta({ id: 'ShipmentInput' })
