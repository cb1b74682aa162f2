import { FileInvalid } from './errors.ts'

/**
 * What we read from a Shopify product CSV, and the headings it stands under: the names of older exports first, then those of
 * newer ones. Source: https://help.shopify.com/en/manual/products/import-export/using-csv
 */
const headings = {
  handle: ['Handle', 'URL handle'],
  title: ['Title'],
  description: ['Body (HTML)', 'Description'],
  brand: ['Vendor'],
  category: ['Product Category', 'Standard Product Type', 'Standardized Product Type'],
  type: ['Type', 'Custom Product Type'],
  tags: ['Tags'],
  published: ['Published', 'Published on online store'],
  status: ['Status'],
  option1Name: ['Option1 Name'],
  option1Value: ['Option1 Value'],
  option2Name: ['Option2 Name'],
  option2Value: ['Option2 Value'],
  option3Name: ['Option3 Name'],
  option3Value: ['Option3 Value'],
  sku: ['Variant SKU', 'SKU'],
  grams: ['Variant Grams', 'Weight value (grams)'],
  quantity: ['Variant Inventory Qty', 'Inventory quantity'],
  price: ['Variant Price', 'Price'],
  compareAtPrice: ['Variant Compare At Price', 'Compare-at price', 'Compare at price'],
  barcode: ['Variant Barcode', 'Barcode', 'Barcodes', 'Variant Barcodes'],
  imageUrl: ['Image Src', 'Product image URL'],
  imagePosition: ['Image Position'],
  imageAlt: ['Image Alt Text'],
  variantImage: ['Variant Image', 'Variant image URL'],
} as const

export type Field = keyof typeof headings

/** Each field that the file has, and the number of its column. */
export type Columns = ReadonlyMap<Field, number>

const plainHeading = (text: string): string => text.trim().toLowerCase().replace(/\s+/g, ' ')

const fields: ReadonlyMap<string, Field> = new Map(
  (Object.entries(headings) as [Field, readonly string[]][]).flatMap(([field, names]) =>
    names.map((name) => [plainHeading(name), field] as const),
  ),
)

/**
 * Reads the header line. Columns that we do not know are passed over; of two with one meaning the first counts.
 * @throws FileInvalid `csv_columns_missing` without a way to name products and variants
 */
export const columnsOf = (header: readonly string[]): Columns => {
  const columns = new Map<Field, number>()
  for (const [at, heading] of header.entries()) {
    const field = fields.get(plainHeading(heading))
    if (field !== undefined && !columns.has(field)) columns.set(field, at)
  }
  const named = columns.has('handle') || columns.has('title')
  if (named && columns.has('sku')) return columns
  throw new FileInvalid(
    'csv_columns_missing',
    'needs the columns Handle (or Title) and Variant SKU in its first line',
  )
}

/** The columns of our export, in Shopify's order. */
export const exportHeader: readonly string[] = [
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published',
  'Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value',
  'Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price',
  'Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status',
].flatMap((part) => part.split(','))
