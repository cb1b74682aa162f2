import { z } from 'zod'
import { optionValue } from './catalogue.ts'
import { money, quantity, sku } from './texts.ts'

const item = z
  .object({
    sku: z.string(),
    productId: z.string(),
    handle: z.string(),
    title: z.string(),
    options: z.array(optionValue),
    image: z.string().nullable(),
    quantity: z.int(),
    unitPrice: money.nullable(),
    lineTotal: money.nullable(),
    available: z.boolean(),
    availableQuantity: z.int(),
  })
  .meta({ id: 'CartItem' })

export const cart = z
  .object({ items: z.array(item), subtotal: money, version: z.string().nullable() })
  .meta({ id: 'Cart' })

export const itemIn = z.strictObject({ sku, quantity })

/** 0 removes the line. */
export const quantityIn = z.strictObject({ quantity: z.int().min(0).max(99) })
