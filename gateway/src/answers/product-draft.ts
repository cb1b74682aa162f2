import { type ProductDraft, ProductStatus, type VariantDraft } from '@micromart/contracts/product'
import type { ProductIn, ProductPatchIn } from '../shapes/admin.ts'
import { productStatus } from './catalogue.ts'
import { moneyMessage } from './money.ts'

const units = (amount: number | undefined): bigint | undefined =>
  amount === undefined ? undefined : BigInt(amount)

const variantDraft = (variant: ProductIn['variants'][number]): VariantDraft => ({
  sku: variant.sku,
  price: moneyMessage(variant.price),
  stock: units(variant.stock),
  compareAtPrice: variant.compareAtPrice && moneyMessage(variant.compareAtPrice),
  options: variant.options ?? [],
  barcode: variant.barcode,
  weightGrams: units(variant.weightGrams),
  image: variant.image,
})

/** A product as staff wrote it, for the wire. What was not sent is empty; of a patch `fields` names what was. */
export const productDraft = (sent: ProductIn | ProductPatchIn): ProductDraft => ({
  title: sent.title ?? '',
  status: productStatus(sent.status, ProductStatus.PRODUCT_STATUS_DRAFT),
  handle: sent.handle,
  description: sent.description ?? '',
  brand: sent.brand ?? '',
  categories: sent.categories ?? [],
  tags: sent.tags ?? [],
  images: sent.images ?? [],
  options: sent.options ?? [],
  variants: (sent.variants ?? []).map(variantDraft),
})
