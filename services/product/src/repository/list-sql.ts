import type { Filter, ListQuery, Place, Sort } from '../model/list.ts'
import { booleanQuery, likePattern, queryTerms, type Term } from '../model/search.ts'

/** A piece of SQL with its values, which never stand in the text. */
export type Sql = { readonly text: string; readonly values: readonly unknown[] }

/** What a filter reads from and asks for; undefined when it can match nothing. */
export type Source = { readonly from: Sql; readonly where: Sql; readonly terms: readonly Term[] }

export type Dimension = 'category' | 'brand' | 'price' | 'availability'

const joined = (parts: readonly Sql[], by: string): Sql => ({
  text: parts.map(({ text }) => text).join(by),
  values: parts.flatMap(({ values }) => values),
})

const when = (condition: unknown, text: string, ...values: readonly unknown[]): readonly Sql[] =>
  condition === undefined || condition === false ? [] : [{ text, values }]

/** With both bounds the range of the product's prices is not enough: one variant must lie between them. */
const priceParts = ({ minPrice, maxPrice }: Filter): readonly Sql[] => [
  ...when(minPrice, 'p.max_price >= ?', minPrice),
  ...when(maxPrice, 'p.min_price <= ?', maxPrice),
  ...when(
    minPrice !== undefined && maxPrice !== undefined,
    // LIMIT keeps the servers from turning it into a join that reads all variants first.
    `(SELECT 1 FROM variants pv WHERE pv.product_id = p.id AND pv.price BETWEEN ? AND ? LIMIT 1) = 1`,
    minPrice,
    maxPrice,
  ),
]

const fromParts = (filter: Filter, terms: readonly Term[], without?: Dimension): readonly Sql[] => [
  terms.length > 0
    ? { text: 'product_search s JOIN products p ON p.id = s.product_id', values: [] }
    : { text: 'products p', values: [] },
  ...when(
    without === 'category' ? undefined : filter.category,
    `JOIN category_listings l ON l.product_id = p.id
     JOIN categories c ON c.id = l.category_id AND c.handle = ?`,
    filter.category,
  ),
]

const whereParts = (filter: Filter, terms: readonly Term[], without?: Dimension) => [
  { text: 'TRUE', values: [] },
  ...when(
    terms.length > 0,
    'MATCH(s.title, s.names, s.body) AGAINST(? IN BOOLEAN MODE)',
    booleanQuery(terms),
  ),
  ...when(filter.status, 'p.status = ?', filter.status),
  // The same for the category's listings, whose index begins with it.
  ...when(
    filter.category && without !== 'category' && filter.status,
    'l.status = ?',
    filter.status,
  ),
  ...(without === 'brand' ? [] : when(filter.brand, 'p.brand = ?', filter.brand)),
  ...(without === 'price' ? [] : priceParts(filter)),
  ...(without === 'availability'
    ? []
    : when(filter.inStock !== undefined, 'p.available = ?', Number(filter.inStock))),
]

/** @param without a dimension whose own filter is left out: a facet shows what else could be chosen */
export const sourceOf = (filter: Filter, without?: Dimension): Source | undefined => {
  const terms = filter.q === undefined ? [] : queryTerms(filter.q)
  if (filter.q !== undefined && terms.length === 0) return undefined
  return {
    from: joined(fromParts(filter, terms, without), ' '),
    where: joined(whereParts(filter, terms, without), ' AND '),
    terms,
  }
}

/**
 * Points of a product for the words of a query: title over brand, tags and other names over description, and among equals
 * the shorter title. It depends on nothing but the product's own texts, so a cursor stays right while others change.
 */
const scoreOf = (terms: readonly Term[], q: string): Sql =>
  joined(
    [
      ...terms.map((term) => ({
        text: 'CASE WHEN s.title LIKE ? THEN 400 WHEN s.names LIKE ? THEN 200 ELSE 0 END',
        values: [likePattern(term), likePattern(term)],
      })),
      { text: 'CASE WHEN p.title = ? THEN 1000 ELSE 0 END', values: [q.trim()] },
      { text: '40 - LEAST(40, CHAR_LENGTH(p.title) DIV 5)', values: [] },
    ],
    ' + ',
  )

type Order = { readonly column: string; readonly id: string; readonly descending: boolean }

const columns = {
  newest: ['created_at', true],
  price: ['min_price', false],
  '-price': ['min_price', true],
  title: ['title', false],
} as const

/** Of one category the listings' own columns are sorted by, else the products': each has an index in that order. */
const orderOf = ({ sort, filter }: ListQuery): Order => {
  const [column, descending] = columns[sort === 'relevance' ? 'newest' : sort]
  return filter.category === undefined || filter.q !== undefined
    ? { column: `p.${column}`, id: 'p.id', descending }
    : { column: `l.${column}`, id: 'l.product_id', descending }
}

const keyValue = (sort: Sort, { key }: Place): unknown =>
  sort === 'newest' ? new Date(key) : sort === 'title' ? key : BigInt(key)

/** The range first, so that an index can begin there; then what lies before the place among equal keys. */
const afterParts = (
  { sort, after }: ListQuery,
  { column, id, descending }: Order,
): readonly Sql[] => {
  if (after === undefined) return []
  const sign = descending ? '<' : '>'
  const key = keyValue(sort, after)
  return [
    { text: `${column} ${sign}= ?`, values: [key] },
    { text: `(${column} ${sign} ? OR ${id} ${sign} ?)`, values: [key, after.id] },
  ]
}

const sortedQuery = (query: ListQuery, selected: string, { from, where }: Source): Sql => {
  const order = orderOf(query)
  const direction = order.descending ? 'DESC' : 'ASC'
  const conditions = joined([where, ...afterParts(query, order)], ' AND ')
  return {
    text: `SELECT ${selected}, ${order.column} AS sortKey FROM ${from.text} WHERE ${conditions.text}
      ORDER BY ${order.column} ${direction}, ${order.id} ${direction} LIMIT ?`,
    values: [...from.values, ...conditions.values, query.limit + 1],
  }
}

const rankedQuery = (query: ListQuery, selected: string, { from, where, terms }: Source): Sql => {
  const score = scoreOf(terms, query.filter.q ?? '')
  const { after } = query
  const having = after ? 'HAVING sortKey < ? OR (sortKey = ? AND p.id < ?)' : ''
  return {
    text: `SELECT ${selected}, ${score.text} AS sortKey FROM ${from.text} WHERE ${where.text}
      ${having} ORDER BY sortKey DESC, p.id DESC LIMIT ?`,
    values: [
      ...score.values,
      ...from.values,
      ...where.values,
      ...(after ? [Number(after.key), Number(after.key), after.id] : []),
      query.limit + 1,
    ],
  }
}

/**
 * One page and the first row of the next.
 * @param selected columns of `p`, the id among them; `sortKey` is added
 * @returns undefined when nothing can match
 */
export const pageQuery = (query: ListQuery, selected: string): Sql | undefined => {
  const source = sourceOf(query.filter)
  if (source === undefined) return undefined
  const ranked = query.sort === 'relevance' && source.terms.length > 0
  return ranked ? rankedQuery(query, selected, source) : sortedQuery(query, selected, source)
}
