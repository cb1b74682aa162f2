import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { cursorAfter, type Filter, type ListRequest, listQuery, type Sort } from './list.ts'

const id = '01a204a1-592e-71bc-a0ca-fb2e0f3443b2'
const sorts: readonly Sort[] = ['relevance', 'newest', 'price', '-price', 'title']
const keys: Readonly<Record<Sort, fc.Arbitrary<string>>> = {
  relevance: fc.integer({ min: 0, max: 99_999 }).map(String),
  newest: fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString()),
  price: fc.nat().map(String),
  '-price': fc.nat().map(String),
  title: fc.string({ unit: 'grapheme' }),
}

const filters: fc.Arbitrary<Filter> = fc.record(
  {
    q: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
    category: fc.string(),
    brand: fc.string(),
    minPrice: fc.nat(1_000_000_000).map(BigInt),
    maxPrice: fc.nat(1_000_000_000).map(BigInt),
    inStock: fc.boolean(),
  },
  { requiredKeys: [] },
)

const asked = fc.constantFrom(...sorts).chain((sort) =>
  fc.record({
    sort: fc.constant(sort),
    key: keys[sort],
    filter: sort === 'relevance' ? filters.map((filter) => ({ ...filter, q: 'mug' })) : filters,
  }),
)

const request = (filter: Filter, sort: Sort, cursor?: string): ListRequest => ({
  filter,
  sort,
  limit: 10,
  cursor,
})

describe('a cursor', () => {
  it('leads back to the place it was made at, in the same list', () => {
    fc.assert(
      fc.property(asked, ({ filter, sort, key }) => {
        const cursor = cursorAfter(listQuery(request(filter, sort)), { key, id })
        expect(listQuery(request(filter, sort, cursor)).after).toEqual({ key, id })
      }),
    )
  })

  it('is refused by every other list', () => {
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        const query = listQuery(request(one.filter, one.sort))
        const cursor = cursorAfter(query, { key: one.key, id })
        const elsewhere = listQuery(request(other.filter, other.sort))
        const sameList =
          query.sort === elsewhere.sort && cursorAfter(elsewhere, { key: one.key, id }) === cursor
        fc.pre(!sameList)
        expect(() => listQuery(request(other.filter, other.sort, cursor))).toThrow('cursor_invalid')
      }),
    )
  })

  it('made up by strangers never gets through, and never breaks', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...sorts), (json, sort) => {
        const cursor = Buffer.from(json).toString('base64url')
        expect(() => listQuery(request({}, sort, cursor))).toThrow('cursor_invalid')
      }),
    )
  })
})

describe('a list', () => {
  it('is sorted by relevance when it is a search, else newest first', () => {
    const sortOf = (filter: Filter, sort?: Sort) =>
      listQuery({ filter, sort, limit: 0, cursor: undefined }).sort
    expect(sortOf({ q: 'mug' })).toBe('relevance')
    expect(sortOf({})).toBe('newest')
    expect(sortOf({}, 'relevance')).toBe('newest')
    expect(sortOf({ q: 'mug' }, 'title')).toBe('title')
    expect(sortOf({ q: '  ' })).toBe('newest')
  })

  it.each([-1n, 1_000_000_001n])('refuses a price of %s', (minPrice) => {
    expect(() => listQuery(request({ minPrice }, 'newest'))).toThrow('validation_failed')
  })
})
