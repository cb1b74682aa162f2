import { z } from 'zod'
import { flag, paging } from './queries.ts'
import { stockCount } from './catalogue.ts'
import { handle, line, moneyIn, prose, sku, time } from './texts.ts'

const imageIn = z.strictObject({ url: line(2_000), alt: line(500, 0) })

const variantIn = z.strictObject({
  sku,
  price: moneyIn,
  stock: z.int().min(0).max(1_000_000_000).optional(),
  compareAtPrice: moneyIn.optional(),
  options: z
    .array(z.strictObject({ name: line(100), value: line(255) }))
    .max(3)
    .optional(),
  barcode: line(100).optional(),
  weightGrams: z.int().min(0).max(1_000_000_000).optional(),
  image: line(2_000).optional(),
})

const status = z.enum(['draft', 'active', 'archived'])

const draftFields = {
  title: line(255),
  status: status.optional(),
  handle: handle.optional(),
  description: prose(50_000).optional(),
  brand: line(255, 0).optional(),
  categories: z.array(handle).max(50).optional(),
  tags: z.array(line(255)).max(250).optional(),
  images: z.array(imageIn).max(250).optional(),
  options: z
    .array(z.strictObject({ name: line(100), values: z.array(line(255)).min(1).max(1_000) }))
    .max(3)
    .optional(),
  variants: z.array(variantIn).min(1).max(1_000),
}

export const productIn = z.strictObject(draftFields).meta({ id: 'ProductInput' })
export type ProductIn = z.output<typeof productIn>

/** The fields that are sent change, the others stay. */
export const productPatchIn = z
  .strictObject({
    ...draftFields,
    title: draftFields.title.optional(),
    variants: draftFields.variants.optional(),
  })
  .meta({ id: 'ProductPatch' })
export type ProductPatchIn = z.output<typeof productPatchIn>

export const categoryIn = z.strictObject({
  title: line(255),
  handle: handle.optional(),
  parent: handle.optional(),
})

export const importQuery = z.object({ dryRun: flag, stock: z.enum(['set']).optional() })

export const importReport = z
  .object({
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    failed: z.int(),
    rows: z.array(
      z.object({
        line: z.int(),
        handle: z.string(),
        outcome: z.enum(['created', 'updated', 'unchanged', 'failed']),
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'ImportReport' })

export const stock = z
  .object({
    sku: z.string(),
    ...stockCount.shape,
    movements: z.array(
      z.object({
        id: z.string(),
        at: time,
        delta: z.int(),
        kind: z.string(),
        reason: z.string(),
        orderId: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Stock' })

export const adjustIn = z.strictObject({
  delta: z.int().min(-1_000_000).max(1_000_000),
  reason: line(255),
})

export const userQuery = z.object({ ...paging, email: z.string().min(1).max(254).optional() })
