import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, held } = stockOf(() => shop)

const holdsAfter = async (afterOrderId: string, limit: number) =>
  (await shop.shopper.listHoldBooks({ afterOrderId, limit })).items

const holdBook = async (orderId: string) =>
  (await holdsAfter('', 1000)).find((book) => book.orderId === orderId)

const stockAfter = async (afterSku: string, limit: number) =>
  (await shop.shopper.listStockBooks({ afterSku, limit })).items

const stockBook = async (sku: string) =>
  (await stockAfter('', 1000)).find((book) => book.sku === sku)

const allPages = async <T>(
  read: (after: string) => Promise<readonly T[]>,
  key: (of: T) => string,
) => {
  const all: T[] = []
  for (;;) {
    const last = all.at(-1)
    const page = await read(last === undefined ? '' : key(last))
    if (page.length === 0) return all
    all.push(...page)
  }
}

describe('the books of holds', () => {
  it('tell state, lines and what came back', async () => {
    const { sku, orderId } = await held(3)
    const book = { orderId, lines: [line(sku, 3)], returned: [] }
    const dates = { expiresAt: expect.any(Date), updatedAt: expect.any(Date) }
    expect(await holdBook(orderId)).toEqual({ ...book, ...dates, state: 'held' })
    await shop.shopper.claimStock({ orderId })
    expect(await holdBook(orderId)).toMatchObject({ ...book, state: 'claimed' })
    await shop.shopper.returnStock({ orderId, returnId: systemIds.next(), lines: [line(sku, 1)] })
    const some = { ...book, returned: [line(sku, 1)] }
    expect(await holdBook(orderId)).toMatchObject({ ...some, state: 'claimed' })
    await shop.shopper.returnStock({ orderId, returnId: '', lines: [] })
    const all = { ...book, returned: [line(sku, 3)] }
    expect(await holdBook(orderId)).toMatchObject({ ...all, state: 'returned' })
  })

  it('call what lapsed or was given up released; a tombstone has no lines', async () => {
    const lapsed = await held(2, 2, 60)
    const tombstone = systemIds.next()
    await shop.shopper.releaseStock({ orderId: tombstone })
    shop.advance(61_000)
    await shop.sweep()
    expect(await holdBook(lapsed.orderId)).toMatchObject({
      state: 'released',
      lines: [line(lapsed.sku, 2)],
    })
    expect(await holdBook(tombstone)).toMatchObject({ state: 'released', lines: [], returned: [] })
  })

  it('come in pages by order id, bytewise, each hold once, with all its lines', async () => {
    const [one, two] = [await shelf(50), await shelf(50)]
    const orders = Array.from({ length: 7 }, () => systemIds.next())
    for (const id of orders) await hold(id, [line(one.sku, 1), line(two.sku, 2)])
    const books = await allPages(
      (after) => holdsAfter(after, 3),
      ({ orderId }) => orderId,
    )
    const ids = books.map(({ orderId }) => orderId)
    expect(ids).toEqual([...new Set(ids)].toSorted())
    const own = books.filter(({ orderId }) => orders.includes(orderId))
    expect(own).toHaveLength(7)
    const lines = [line(one.sku, 1), line(two.sku, 2)].toSorted((left, right) =>
      left.sku < right.sku ? -1 : 1,
    )
    for (const book of own) expect(book.lines).toEqual(lines)
  })

  it('are read again one by one, asked for by what comes just before', async () => {
    const { orderId } = await held(1)
    const before = orderId.slice(0, -1) + String.fromCharCode(orderId.charCodeAt(35) - 1)
    const [book] = await holdsAfter(before, 1)
    expect(book?.orderId).toBe(orderId)
    expect(await holdsAfter('~', 1)).toEqual([])
  })

  it.each([
    ['', 0],
    ['', 1001],
    ['', -1],
    ['x'.repeat(101), 10],
    ['ü', 10],
  ])('refuse a page after %j of %i', async (afterOrderId, limit) => {
    await expect(shop.shopper.listHoldBooks({ afterOrderId, limit })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })
})

describe('the books of stock', () => {
  it('hold counters beside the sums that they must equal', async () => {
    const { sku, orderId } = await held(3)
    await hold(systemIds.next(), [line(sku, 2)])
    await shop.shopper.claimStock({ orderId })
    await shop.staff.adjustStock({ sku, delta: 5n, reason: 'found' })
    expect(await stockBook(sku)).toEqual({
      sku,
      onHand: 12n,
      held: 2n,
      movements: 12n,
      liveHolds: 2n,
    })
  })

  it('show what somebody wrote by hand', async () => {
    const { sku } = await held(3)
    await shop.rows('UPDATE stock SET on_hand = on_hand + 1, held = held - 1 WHERE sku = ?', [sku])
    expect(await stockBook(sku)).toEqual({
      sku,
      onHand: 11n,
      held: 2n,
      movements: 10n,
      liveHolds: 3n,
    })
  })

  it('come in pages by sku, bytewise', async () => {
    await shelf(1)
    const skus = (
      await allPages(
        (after) => stockAfter(after, 2),
        ({ sku }) => sku,
      )
    ).map(({ sku }) => sku)
    expect(skus).toEqual([...new Set(skus)].toSorted())
    expect(skus.length).toBeGreaterThan(2)
  })

  it('are of one moment while stock moves', async () => {
    const { sku } = await shelf(40)
    const buy = async () => {
      const orderId = systemIds.next()
      await hold(orderId, [line(sku, 1)])
      await shop.shopper.claimStock({ orderId })
    }
    const look = async () => {
      const book = await stockBook(sku)
      expect(book).toMatchObject({ movements: book?.onHand, liveHolds: book?.held })
    }
    const lane = async (work: () => Promise<void>) => {
      for (let count = 0; count < 10; count += 1) await work()
    }
    await Promise.all([buy, look, look, buy, look, look, buy, look, buy, look].map(lane))
    expect(await stockBook(sku)).toMatchObject({ onHand: 0n, held: 0n })
  }, 30_000)
})

it('tells how many events the broker has not got', async () => {
  const behind = { openDeadLetters: 0n, abandonedKeys: 0n }
  const none = { ...behind, unsent: 0n, oldestUnsentAt: undefined }
  await eventually(async () => expect(await shop.backlog.getBacklog({})).toEqual(none))
  shop.sidecar.runtimeUp(false)
  await shelf(1)
  expect(await shop.backlog.getBacklog({})).toEqual({
    ...behind,
    unsent: 1n,
    oldestUnsentAt: expect.any(Date),
  })
  shop.sidecar.runtimeUp(true)
  await eventually(async () => expect(await shop.backlog.getBacklog({})).toEqual(none))
}, 30_000)
