import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Books, BookPages } from '../model/book-ports.ts'
import type { HoldBook, OrderBook, PaymentBook, ProviderBook } from '../model/book-record.ts'
import { justBefore, sought, streamed } from './book-cursor.ts'
import { joinedAfter, recordsOf } from './book-join.ts'

const idOf = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

const pagesOf =
  <T extends { readonly orderId: string }>(
    rows: readonly T[],
    asked: number[] = [],
  ): BookPages<T> =>
  async (after, limit) => {
    asked.push(limit)
    return rows
      .filter(({ orderId }) => orderId > after)
      .toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))
      .slice(0, limit)
  }

const rowsOf = <T>(numbers: readonly number[]) => numbers.map((n) => ({ orderId: idOf(n) }) as T)

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { maxLength: 60 })

const booksOf = (order: number[], hold: number[], payment: number[], provider: number[]) =>
  ({
    own: {
      page: pagesOf(order.map((n) => ({ orderId: idOf(n), order: {} as OrderBook }))),
      byIds: async (ids: readonly string[]) =>
        order
          .map((n) => ({ orderId: idOf(n), order: {} as OrderBook }))
          .filter(({ orderId }) => ids.includes(orderId)),
    },
    remote: {
      holds: pagesOf(rowsOf<HoldBook>(hold)),
      payments: pagesOf(rowsOf<PaymentBook>(payment)),
      provider: pagesOf(rowsOf<ProviderBook>(provider)),
      providerKnown: async () => true,
    },
  }) as unknown as Books

/** Which stores know an id. */
const known = (n: number, ...stores: readonly number[][]) => stores.map((one) => one.includes(n))

describe('the join of all stores', () => {
  it('names each id once, in order, with what each store says of it', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, numbers, numbers, numbers, async (...stores) => {
        const found = []
        for await (const batch of joinedAfter(booksOf(...stores), '')) found.push(...batch)
        const all = [...new Set(stores.flat())].toSorted((a, b) => a - b)
        expect(found.map(({ id }) => id)).toEqual(all.map(idOf))
        expect(
          found.map(({ order, hold, payment, provider }) =>
            [order, hold, payment, provider].map(Boolean),
          ),
        ).toEqual(all.map((n) => known(n, ...stores)))
      }),
    )
  })

  it('finds the same by id', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, numbers, numbers, numbers, numbers, async (ids, ...stores) => {
        const found = await recordsOf(booksOf(...stores), ids.map(idOf))
        const sorted = ids.toSorted((a, b) => a - b)
        expect(
          found.map(({ order, hold, payment, provider }) =>
            [order, hold, payment, provider].map(Boolean),
          ),
        ).toEqual(sorted.map((n) => known(n, ...stores)))
      }),
    )
  })
})

const everyNumber = Array.from({ length: 3_000 }, (_, n) => n + 1)

describe('rows by id', () => {
  const askedFor = async (ids: readonly number[]) => {
    const asked: number[] = []
    const find = sought(pagesOf(rowsOf<{ orderId: string }>(everyNumber), asked), 500)
    for (const n of ids) expect(await find(idOf(n))).toEqual({ orderId: idOf(n) })
    return asked
  }

  it('come in few large pages when they are neighbours', async () => {
    expect((await askedFor(everyNumber)).length).toBeLessThan(15)
  })

  it('come alone when they lie far apart', async () => {
    const asked = await askedFor(everyNumber.filter((n) => n % 100 === 0))
    expect(asked.slice(4).every((limit) => limit <= 8)).toBe(true)
  })

  it('begin after the UUID before them, over a zero too', () => {
    expect(justBefore(idOf(16))).toBe(idOf(15))
    expect(justBefore('01900000-0000-7000-8001-000000000000')).toBe(
      '01900000-0000-7000-8000-ffffffffffff',
    )
  })
})

it('a page that cannot be read fails whoever waits for it, and nobody else', async () => {
  const pages = pagesOf(rowsOf<{ orderId: string }>([1]))
  const cursor = streamed(
    async (after, limit) => {
      if (after !== '') throw new Error('away')
      return pages(after, limit)
    },
    '',
    1,
  )
  await cursor.fill()
  expect(cursor.take(idOf(1))).toEqual({ orderId: idOf(1) })
  await expect(cursor.fill()).rejects.toThrow('away')
})
