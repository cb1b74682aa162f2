import { formatAmount } from '@micromart/kernel'
import { exportHeader } from './csv-columns.ts'
import { guarded } from './csv-row.ts'
import type { Product, Variant } from './product.ts'

type Cells = Readonly<Record<string, string>>

const headCells = (product: Product, categoryPath: string): Cells => ({
  Title: product.title,
  'Body (HTML)': product.description,
  Vendor: product.brand,
  Type: categoryPath,
  Tags: product.tags.join(', '),
  Published: product.status === 'active' ? 'TRUE' : 'FALSE',
  Status: product.status,
})

const optionCells = ({ options }: Product, variant: Variant, first: boolean): Cells => {
  if (options.length === 0) {
    return { 'Option1 Name': first ? 'Title' : '', 'Option1 Value': 'Default Title' }
  }
  const cells = options.flatMap(({ name }, at) => [
    [`Option${at + 1} Name`, first ? name : ''],
    [`Option${at + 1} Value`, variant.options[at]?.value ?? ''],
  ])
  return Object.fromEntries(cells) as Cells
}

const variantCells = (variant: Variant, digits: number): Cells => ({
  'Variant SKU': variant.sku,
  'Variant Grams': variant.weightGrams?.toString() ?? '',
  'Variant Inventory Qty': variant.stock.onHand.toString(),
  'Variant Price': formatAmount(variant.price.amount, digits),
  'Variant Compare At Price': variant.compareAtPrice
    ? formatAmount(variant.compareAtPrice.amount, digits)
    : '',
  'Variant Barcode': variant.barcode ?? '',
  'Variant Image': variant.image ?? '',
})

const imageCells = ({ images }: Product, at: number): Cells => {
  const image = images[at]
  if (image === undefined) return {}
  return { 'Image Src': image.url, 'Image Position': `${at + 1}`, 'Image Alt Text': image.alt }
}

/**
 * A product as records of a Shopify CSV under `exportHeader`: one per variant or picture, whichever are more. Imported again
 * they change nothing.
 * @param categoryPath titles of its first category from the root down, such as `Kitchen > Mugs`
 * @param digits decimals of the currency
 */
export const csvRecords = (
  product: Product,
  categoryPath: string,
  digits: number,
): readonly (readonly string[])[] => {
  const count = Math.max(product.variants.length, product.images.length)
  return Array.from({ length: count }, (_, at) => {
    const variant = product.variants[at]
    const cells: Cells = {
      Handle: product.handle,
      ...(at === 0 ? headCells(product, categoryPath) : {}),
      ...(variant
        ? { ...optionCells(product, variant, at === 0), ...variantCells(variant, digits) }
        : {}),
      ...imageCells(product, at),
    }
    return exportHeader.map((heading) => guarded(cells[heading] ?? ''))
  })
}
