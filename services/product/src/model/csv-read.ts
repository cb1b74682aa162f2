import { parsePrice } from './csv-price.ts'
import { type Row, RowRefused } from './csv-row.ts'
import { type Fault, productFaults, urlFaults, type VariantDraft, variantFaults } from './draft.ts'
import { pathTitles } from './category.ts'
import type { Image, OptionValue, ProductStatus, Variant } from './product.ts'

/** What a row with a title says about its product. An undefined part has no column: it stays as it is. */
export type Head = {
  readonly title: string
  readonly description: string | undefined
  readonly brand: string | undefined
  readonly tags: readonly string[] | undefined
  readonly status: ProductStatus | undefined
  /** Titles from the root down; undefined when the row names no category. */
  readonly categoryPath: readonly string[] | undefined
  readonly optionNames: readonly string[]
}

export type RowImage = Image & { readonly position: number }

const optionFields = [
  ['option1Name', 'option1Value'],
  ['option2Name', 'option2Value'],
  ['option3Name', 'option3Value'],
] as const

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The first fault as the report tells it: `/variants/0/sku` too_long -> `sku_too_long`. */
const refuseFaults = ([first]: readonly Fault[]): void => {
  if (first === undefined) return
  const name = first.path.split('/').findLast((part) => !/^\d*$/.test(part)) ?? 'row'
  throw new RowRefused(`${snake(name)}_${first.code}`, `${name} ${first.message}`)
}

const statusOf = ({ cells }: Row): ProductStatus | undefined => {
  const status = (cells.status ?? '').toLowerCase()
  const published = (cells.published ?? '').toLowerCase()
  if (status === 'draft' || status === 'archived') return status
  if (status !== '' && status !== 'active') {
    throw new RowRefused('status_unknown', 'the status is active, draft or archived')
  }
  if (['false', 'no', '0', 'falsch', 'nein'].includes(published)) return 'draft'
  return status === 'active' || published !== '' ? 'active' : undefined
}

const tagsOf = (cell: string): readonly string[] =>
  cell
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')

const categoryPathOf = ({ cells }: Row): readonly string[] | undefined => {
  const titles = pathTitles(cells.type || cells.category || '')
  if (titles.length === 0) return undefined
  if (titles.length > 8 || titles.some((title) => title.length > 200)) {
    throw new RowRefused('category_invalid', 'the category is too long or too deep')
  }
  return titles
}

/** `Title` = `Default Title` is how Shopify says that a product has no options. */
const isDefaultOption = (names: readonly string[], values: readonly string[]): boolean =>
  names.length === 1 &&
  names[0]?.toLowerCase() === 'title' &&
  ['', 'default title'].includes(values[0]?.toLowerCase() ?? '')

const optionNamesOf = ({ cells }: Row): readonly string[] => {
  const names = optionFields.map(([name]) => cells[name] ?? '')
  const values = optionFields.map(([, value]) => cells[value] ?? '')
  const given = names.filter((name, at) => name !== '' || values[at] !== '')
  if (isDefaultOption(given, values)) return []
  if (given.some((name) => name === '')) {
    throw new RowRefused('option_name_missing', 'an option has a value and no name')
  }
  if (new Set(given.map((name) => name.toLowerCase())).size < given.length) {
    throw new RowRefused('option_name_repeated', 'two options have one name')
  }
  return given
}

/** The product's own part of a row with a title. @throws RowRefused */
export const headOf = (row: Row): Head => {
  const { title = '', description, brand, tags } = row.cells
  const head: Head = {
    title,
    description,
    brand,
    tags: tags === undefined ? undefined : tagsOf(tags),
    status: statusOf(row),
    categoryPath: categoryPathOf(row),
    optionNames: optionNamesOf(row),
  }
  refuseFaults(
    productFaults({
      ...head,
      handle: row.handle,
      status: head.status ?? 'active',
      description: description ?? '',
      brand: brand ?? '',
      categories: [],
      tags: head.tags ?? [],
      images: [],
      options: head.optionNames.map((name) => ({ name, values: [] })),
    }),
  )
  return head
}

/** Whether a row is more than a picture: it has something of a variant. */
export const isVariantRow = ({ cells }: Row): boolean =>
  [cells.sku, cells.price, cells.option1Value, cells.option2Value, cells.option3Value].some(
    (cell) => (cell ?? '') !== '',
  )

/** The picture of a row, if it has one. @throws RowRefused */
export const imageOf = ({ cells }: Row): RowImage | undefined => {
  const url = cells.imageUrl ?? ''
  if (url === '') return undefined
  if (urlFaults('', url).length > 0) {
    throw new RowRefused('image_invalid', 'the picture is no http address or path')
  }
  const alt = (cells.imageAlt ?? '').slice(0, 500)
  const position = Number(cells.imagePosition)
  return { url, alt, position: position > 0 ? position : Number.MAX_SAFE_INTEGER }
}

const optionValuesOf = ({ cells }: Row, names: readonly string[]): readonly OptionValue[] => {
  const values = optionFields.map(([, value]) => cells[value] ?? '')
  if (names.length === 0 && ['', 'default title'].includes(values[0]?.toLowerCase() ?? '')) {
    values[0] = ''
  }
  if (values.slice(names.length).some((value) => value !== '')) {
    throw new RowRefused('option_unknown', 'has a value for an option without a name')
  }
  return names.map((name, at) => {
    const value = values[at] ?? ''
    if (value === '') throw new RowRefused('option_missing', `says nothing about ${name}`)
    return { name, value }
  })
}

const amountOf = (cell: string, code: string, digits: number): bigint => {
  const amount = parsePrice(cell, digits)
  if (amount === undefined) throw new RowRefused(code, 'is no price such as 19.99 or 19,99')
  return amount
}

const gramsOf = (cell: string): number | undefined => {
  if (cell === '') return undefined
  if (!/^\d{1,12}([.,]\d{1,6})?$/.test(cell)) {
    throw new RowRefused('weight_invalid', 'the weight is no number of grams')
  }
  return Math.round(Number(cell.replace(',', '.')))
}

/** Units of the row; undefined when it says none. @throws RowRefused */
export const quantityOf = ({ cells }: Row): number | undefined => {
  const cell = cells.quantity ?? ''
  if (cell === '') return undefined
  if (!/^\d{1,9}(\.0+)?$/.test(cell)) {
    throw new RowRefused('stock_invalid', 'the stock is no whole number from 0 on')
  }
  return Number(cell)
}

const ifColumn = <T>(cell: string | undefined, read: (cell: string) => T, otherwise: T): T =>
  cell === undefined ? otherwise : read(cell)

/**
 * The variant of a row. Columns that the file lacks leave a known variant as it is.
 * @throws RowRefused
 */
export const variantOf = (
  row: Row,
  names: readonly string[],
  known: Variant | undefined,
  digits: number,
): VariantDraft => {
  const { sku = '', price = '', compareAtPrice, barcode, grams, variantImage } = row.cells
  if (sku === '') throw new RowRefused('sku_missing', 'the variant has no SKU')
  if (price === '' && known === undefined) {
    throw new RowRefused('price_missing', 'the variant has no price')
  }
  const variant: VariantDraft = {
    sku,
    price: price === '' && known ? known.price.amount : amountOf(price, 'price_invalid', digits),
    compareAtPrice: ifColumn(
      compareAtPrice,
      (cell) => (cell === '' ? undefined : amountOf(cell, 'compare_at_price_invalid', digits)),
      known?.compareAtPrice?.amount,
    ),
    options: optionValuesOf(row, names),
    barcode: ifColumn(barcode, (cell) => cell || undefined, known?.barcode),
    weightGrams: ifColumn(grams, gramsOf, known?.weightGrams),
    image: ifColumn(variantImage, (cell) => cell || undefined, known?.image),
    stock: quantityOf(row) ?? 0,
  }
  refuseFaults(variantFaults('/variants/0', variant))
  return variant
}
