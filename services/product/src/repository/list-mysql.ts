import { select } from '@micromart/store'
import type { Page } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import {
  cursorAfter,
  type Facet,
  type FacetValue,
  type Filter,
  type ListQuery,
} from '../model/list.ts'
import type { Product, ProductStatus, ProductSummary } from '../model/product.ts'
import { type Dimension, pageQuery, sourceOf } from './list-sql.ts'
import { type Row, wholeColumns, withVariants } from './product-read.ts'

const summaryColumns = `p.id, p.handle, p.title, p.brand, p.status, p.currency, p.available,
  p.first_image AS firstImage, p.first_alt AS firstAlt, p.min_price AS minPrice, p.max_price AS maxPrice`

const summaryOf = (row: Row): ProductSummary => {
  const currency = String(row['currency'])
  const amount = (name: string) => ({ amount: BigInt(String(row[name])), currency })
  return {
    id: String(row['id']),
    handle: String(row['handle']),
    title: String(row['title']),
    brand: String(row['brand']),
    image:
      row['firstImage'] === null
        ? undefined
        : { url: String(row['firstImage']), alt: String(row['firstAlt'] ?? '') },
    priceRange: { min: amount('minPrice'), max: amount('maxPrice') },
    available: Number(row['available']) === 1,
    status: row['status'] as ProductStatus,
  }
}

const keyOf = (row: Row): string => {
  const key = row['sortKey']
  return key instanceof Date ? key.toISOString() : String(key)
}

/** One row more than the page was asked for: it tells whether there is a next page. */
const pageOf = (query: ListQuery, rows: readonly Row[]): Page<Row> => {
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  const more = rows.length > query.limit && last !== undefined
  return {
    items,
    nextCursor: more ? cursorAfter(query, { key: keyOf(last), id: String(last['id']) }) : undefined,
  }
}

const readPage = async (db: DataSource, query: ListQuery, columns: string): Promise<Page<Row>> => {
  const sql = pageQuery(query, columns)
  return pageOf(query, sql === undefined ? [] : await select(db, sql.text, sql.values))
}

export const listSummaries =
  (db: DataSource) =>
  async (query: ListQuery): Promise<Page<ProductSummary>> => {
    const { items, nextCursor } = await readPage(db, query, summaryColumns)
    return { items: items.map(summaryOf), nextCursor }
  }

export const listWhole =
  (db: DataSource) =>
  async (query: ListQuery): Promise<Page<Product>> => {
    const { items, nextCursor } = await readPage(db, query, wholeColumns)
    return { items: await withVariants(db, items), nextCursor }
  }

/** Lower bounds of the price facet in minor units; the last range is open. */
const priceSteps = [0, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000] as const

const facetSelects: Readonly<Record<Dimension, { columns: string; join: string; rest: string }>> = {
  category: {
    columns: 'fc.handle AS value, fc.title AS label, COUNT(*) AS count',
    join: `JOIN category_listings fl ON fl.product_id = p.id JOIN categories fc ON fc.id = fl.category_id`,
    rest: 'GROUP BY fc.id, fc.handle, fc.title ORDER BY count DESC, fc.handle LIMIT 100',
  },
  brand: {
    columns: 'p.brand AS value, p.brand AS label, COUNT(*) AS count',
    join: '',
    rest: `AND p.brand <> '' GROUP BY p.brand ORDER BY count DESC, p.brand LIMIT 100`,
  },
  price: {
    columns: `INTERVAL(p.min_price, ${priceSteps.join(', ')}) AS value, '' AS label, COUNT(*) AS count`,
    join: '',
    rest: 'GROUP BY 1 ORDER BY 1',
  },
  availability: {
    columns: 'p.available AS value, p.available AS label, COUNT(*) AS count',
    join: '',
    rest: 'GROUP BY p.available ORDER BY p.available DESC',
  },
}

const priceLabel = (step: number): { value: string; label: string } => {
  const from = priceSteps[step - 1] ?? 0
  const next = priceSteps[step]
  const value = `${from}-${next === undefined ? '' : next - 1}`
  return { value, label: value }
}

const facetValue = (name: Dimension, row: Row): FacetValue => {
  const count = Number(row['count'])
  if (name === 'price') return { ...priceLabel(Number(row['value'])), count }
  if (name === 'availability') {
    const inStock = Number(row['value']) === 1
    return { value: String(inStock), label: inStock ? 'In stock' : 'Out of stock', count }
  }
  return { value: String(row['value']), label: String(row['label']), count }
}

const readFacet = async (db: DataSource, filter: Filter, name: Dimension): Promise<Facet> => {
  const source = sourceOf(filter, name)
  if (source === undefined) return { name, values: [] }
  const { columns, join, rest } = facetSelects[name]
  const { from, where } = source
  const sql = `SELECT ${columns} FROM ${from.text} ${join} WHERE ${where.text} ${rest}`
  const rows = await select(db, sql, [...from.values, ...where.values])
  return { name, values: rows.map((row) => facetValue(name, row)) }
}

export const readFacets =
  (db: DataSource) =>
  (filter: Filter): Promise<readonly Facet[]> =>
    Promise.all(
      (['category', 'brand', 'price', 'availability'] as const).map((name) =>
        readFacet(db, filter, name),
      ),
    )
