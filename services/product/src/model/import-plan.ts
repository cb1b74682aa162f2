import type { Ids } from '@micromart/kernel'
import { productFrom, sameProduct } from './assemble.ts'
import { headOf, imageOf, isVariantRow, quantityOf, variantOf } from './csv-read.ts'
import { type Row, RowRefused } from './csv-row.ts'
import { mergedCategories, mergedDraft, type Part } from './import-merge.ts'
import { fitFaults } from './options.ts'
import type { CleanHtml } from './ports.ts'
import { type CategoryRef, optionsKey, type Product } from './product.ts'
import { same } from './same.ts'

type Outcome = 'created' | 'updated' | 'unchanged' | 'failed'

/** A line of the report. */
export type RowReport = {
  readonly line: number
  readonly handle: string
  readonly outcome: Outcome
  readonly code?: string
  readonly message?: string
}

/** What surrounds the rows of one product. */
export type PlanContext = {
  readonly before: Product | undefined
  /** An earlier part of the file had rows of this product. */
  readonly again: boolean
  /** Skus of rows that went in before. */
  readonly seen: { readonly has: (sku: string) => boolean }
  /** Product ids by sku, as stored. */
  readonly owners: ReadonlyMap<string, string>
  readonly categoryOf: (path: readonly string[]) => CategoryRef
  readonly cleanHtml: CleanHtml
  readonly ids: Ids
  readonly now: Date
  readonly currency: string
  /** Decimals of the currency. */
  readonly digits: number
}

export type Plan = {
  readonly before: Product | undefined
  /** Undefined when there is nothing to write. */
  readonly after: Product | undefined
  readonly reports: readonly RowReport[]
  /** Skus of the rows that go in. */
  readonly skus: readonly string[]
  /** Units that rows name for known variants: what `set_stock` sets. */
  readonly quantities: ReadonlyMap<string, { readonly units: number; readonly line: number }>
}

type Refusals = Map<number, RowRefused>

const attempt = <T>(row: Row, refusals: Refusals, read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error
    refusals.set(row.line, error)
    return undefined
  }
}

const refuse = (code: string, text: string): never => {
  throw new RowRefused(code, text)
}

const checkSku = (sku: string, context: PlanContext, taken: ReadonlySet<string>): void => {
  const owner = context.owners.get(sku)
  if (owner !== undefined && owner !== context.before?.id) {
    refuse('sku_taken', 'another product sells under this SKU')
  }
  if (context.seen.has(sku) || taken.has(sku)) {
    refuse('sku_repeated', 'an earlier row has this SKU')
  }
}

/** Reads the rows one by one: later ones may not repeat a sku or the options of earlier ones. */
const readParts = (
  rows: readonly Row[],
  names: readonly string[],
  context: PlanContext,
  refusals: Refusals,
): readonly Part[] => {
  const { before, digits } = context
  const mentioned = new Set(rows.map(({ cells }) => cells.sku))
  const kept = before?.variants.filter(({ sku }) => !mentioned.has(sku)) ?? []
  const combinations = new Set(kept.map(({ options }) => optionsKey(options)))
  const skus = new Set<string>()
  const readPart = (row: Row): Part => {
    const image = imageOf(row)
    if (!isVariantRow(row)) return { row, image, variant: undefined }
    const known = before?.variants.find(({ sku }) => sku === row.cells.sku)
    const variant = variantOf(row, names, known, digits)
    checkSku(variant.sku, context, skus)
    const combination = optionsKey(variant.options)
    if (combinations.has(combination)) refuse('options_taken', 'another variant has these options')
    combinations.add(combination)
    skus.add(variant.sku)
    return { row, image, variant }
  }
  return rows.flatMap((row) =>
    refusals.has(row.line) ? [] : (attempt(row, refusals, () => readPart(row)) ?? []),
  )
}

const failed = ({ line, handle }: Row, { code, text }: RowRefused): RowReport => ({
  line,
  handle,
  outcome: 'failed',
  code,
  message: text,
})

/** What a row with a title decides. */
const ownPart = ({
  variants: _variants,
  images: _images,
  updatedAt: _at,
  version: _version,
  ...own
}: Product) => own

/** What became of one row of a product that was there before. */
const changeOf = (part: Part, head: Row | undefined, before: Product, after: Product): Outcome => {
  const { row, variant, image } = part
  const find = ({ variants }: Product) => variants.find(({ sku }) => sku === variant?.sku)
  const known = find(before)
  if (variant && known === undefined) return 'created'
  const pictured = ({ images }: Product) => images.find(({ url }) => url === image?.url)
  const unchanged =
    (row !== head || same(ownPart(before), ownPart(after))) &&
    same(known, find(after)) &&
    same(pictured(before), pictured(after))
  return unchanged ? 'unchanged' : 'updated'
}

const nothing = (
  rows: readonly Row[],
  refusals: Refusals,
  why: RowRefused,
  before?: Product,
): Plan => ({
  before,
  after: undefined,
  reports: rows.map((row) => failed(row, refusals.get(row.line) ?? why)),
  skus: [],
  quantities: new Map(),
})

const quantitiesOf = (parts: readonly Part[], before: Product | undefined): Plan['quantities'] => {
  const known = new Set(before?.variants.map(({ sku }) => sku))
  return new Map(
    parts.flatMap(({ row, variant }) => {
      const units = quantityOf(row)
      if (variant === undefined || units === undefined || !known.has(variant.sku)) return []
      return [[variant.sku, { units, line: row.line }] as const]
    }),
  )
}

/**
 * Decides what the rows of one product do: which go in and why not, and the product as it shall be. Rows that are right go in
 * whatever the others do. Variants and pictures that the rows do not name stay.
 */
export const planProduct = (rows: readonly Row[], context: PlanContext): Plan => {
  const { before, currency, ids, now } = context
  const handle = rows[0]?.handle ?? ''
  const refusals: Refusals = new Map()
  const headRow = rows.find(({ cells }) => (cells.title ?? '') !== '')
  const head = headRow && attempt(headRow, refusals, () => headOf(headRow))
  if (head === undefined && before === undefined) {
    return nothing(rows, refusals, new RowRefused('title_missing', 'the product has no title'))
  }
  const present = before?.options.map(({ name }) => name) ?? []
  const names = head && head.optionNames.length > 0 ? head.optionNames : present
  const parts = readParts(rows, names, context, refusals)
  const draft = mergedDraft(handle, head, parts, names, context)
  if (draft.variants.length === 0) {
    return nothing(rows, refusals, new RowRefused('no_variant', 'no row has a good variant'))
  }
  if (fitFaults(draft).length > 0) {
    const why = new RowRefused('options_mismatch', 'the options do not fit the other variants')
    return nothing(rows, refusals, why, before)
  }
  const named = head?.categoryPath && context.categoryOf(head.categoryPath)
  const categories = mergedCategories(before?.categories ?? [], named)
  const facts = { id: before?.id ?? ids.next(), handle, categories, now, before, currency, ids }
  const after = productFrom(draft, facts)
  const byLine = new Map(parts.map((part) => [part.row.line, part]))
  const reports = rows.map((row): RowReport => {
    const refusal = refusals.get(row.line)
    const part = byLine.get(row.line)
    if (refusal || !part) return failed(row, refusal ?? new RowRefused('row_failed', ''))
    const outcome = before ? changeOf(part, headRow, before, after) : 'created'
    return { line: row.line, handle, outcome }
  })
  return {
    before,
    after: before && sameProduct(before, after) ? undefined : after,
    reports,
    skus: parts.flatMap(({ variant }) => (variant ? [variant.sku] : [])),
    quantities: quantitiesOf(parts, before),
  }
}
