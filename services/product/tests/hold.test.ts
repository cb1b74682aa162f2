import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { aVariant, eur, type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers } = stockOf(() => shop)

const bySku = (left: { sku: string }, right: { sku: string }) => (left.sku < right.sku ? -1 : 1)

describe('a hold', () => {
  it('answers the shop’s prices and titles and takes the units off what is available', async () => {
    const { product, sku } = await shelf(5)
    const orderId = systemIds.next()

    const answer = await hold(orderId, [line(sku, 2)])

    expect(answer).toEqual({
      held: true,
      lines: [
        { sku, quantity: 2n, productId: product.id, title: product.title, unitPrice: eur(1999) },
      ],
      shortages: [],
      expiresAt: expect.any(Date),
    })
    expect(await numbers(sku)).toEqual({ onHand: 5, held: 2 })
    const { offers } = await shop.shopper.getOffers({ skus: [sku] })
    expect(offers.map(({ availableQuantity }) => availableQuantity)).toEqual([3n])
  })

  it('repeated, answers the frozen lines and takes nothing more, whatever the price has become', async () => {
    const { product, sku } = await shelf(5)
    const orderId = systemIds.next()
    const first = await hold(orderId, [line(sku, 2)])
    await shop.staff.updateProduct({
      id: product.id,
      expectedVersion: product.version,
      fields: ['title', 'variants'],
      draft: {
        ...product,
        handle: undefined,
        title: 'Dearer',
        categories: [],
        variants: [aVariant({ sku, stock: undefined, price: eur(9900) })],
      },
    })

    const again = await hold(orderId, [line(sku, 4)])

    expect(again.lines).toEqual(first.lines)
    expect(await numbers(sku)).toEqual({ onHand: 5, held: 2 })
  })

  it('repeated by all of the last units, still reads as held', async () => {
    const { sku } = await shelf(2)
    const orderId = systemIds.next()
    const first = await hold(orderId, [line(sku, 2)])
    expect((await hold(orderId, [line(sku, 2)])).lines).toEqual(first.lines)
  })

  it('sums two lines of one sku', async () => {
    const { sku } = await shelf(3)
    const answer = await hold(systemIds.next(), [line(sku, 2), line(sku, 2)])
    expect(answer).toMatchObject({ held: false, shortages: [{ sku, available: 3n }] })
    expect(await numbers(sku)).toEqual({ onHand: 3, held: 0 })
  })

  it('holds all lines or none, and names each shortage', async () => {
    const [plenty, few, none] = [await shelf(9), await shelf(1), await shelf(0)]
    const answer = await hold(systemIds.next(), [
      line(plenty.sku, 1),
      line(few.sku, 2),
      line(none.sku, 1),
      line('never-heard-of', 1),
    ])
    expect(answer.held).toBe(false)
    expect(answer.lines).toEqual([])
    expect(answer.shortages.toSorted(bySku)).toEqual(
      [
        { sku: few.sku, available: 1n },
        { sku: none.sku, available: 0n },
        { sku: 'never-heard-of', available: 0n },
      ].toSorted(bySku),
    )
    expect(await numbers(plenty.sku)).toEqual({ onHand: 9, held: 0 })
  })

  it('refuses a product that is off the shop', async () => {
    const { product, sku } = await shelf(5)
    await shop.staff.archiveProduct({ id: product.id, expectedVersion: product.version })
    const answer = await hold(systemIds.next(), [line(sku, 1)])
    expect(answer).toMatchObject({ held: false, shortages: [{ sku, available: 0n }] })
  })

  it.each([
    ['no lines', { lines: [] }, '/lines'],
    ['a quantity of 0', { lines: [line('x', 0)] }, '/lines/0/quantity'],
    ['a negative quantity', { lines: [line('x', -1)] }, '/lines/0/quantity'],
    ['a time of 0', { ttlSeconds: 0 }, '/ttlSeconds'],
    ['an order id that is none', { orderId: 'abc' }, '/orderId'],
  ])('refuses %s', async (_what, over, path) => {
    const request = { orderId: systemIds.next(), lines: [line('x', 1)], ttlSeconds: 60, ...over }
    await expect(shop.shopper.holdStock(request)).rejects.toMatchObject({
      kind: 'invalid',
      fields: [{ path }],
    })
  })
})
