import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { aVariant, createProduct, eur, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** A product with one variant and so many units. */
const shelf = async (stock: number) => {
  const product = await createProduct(shop, { variants: [aVariant({ stock: BigInt(stock) })] })
  const sku = product.variants[0]?.sku ?? ''
  return { product, sku }
}

const line = (sku: string, quantity: number) => ({ sku, quantity: BigInt(quantity) })

const hold = (orderId: string, lines: ReturnType<typeof line>[], ttlSeconds = 900) =>
  shop.shopper.holdStock({ orderId, lines, ttlSeconds })

const numbers = async (sku: string) => {
  const { stock } = await shop.staff.getStock({ sku })
  return { onHand: Number(stock?.onHand), held: Number(stock?.held) }
}

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
        variants: [aVariant({ sku, price: eur(9900) })],
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
    const bySku = (left: { sku: string }, right: { sku: string }) => (left.sku < right.sku ? -1 : 1)
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

describe('many at once', () => {
  it('sells 20 units to 20 of 100 buyers', async () => {
    const { product, sku } = await shelf(20)
    const orders = Array.from({ length: 100 }, () => systemIds.next())

    const answers = await Promise.all(orders.map((orderId) => hold(orderId, [line(sku, 1)])))

    expect(answers.filter(({ held }) => held)).toHaveLength(20)
    expect(await numbers(sku)).toEqual({ onHand: 20, held: 20 })
    const { items } = await shop.shopper.listProducts({
      filter: { q: product.title, status: 0 } as never,
      sort: 0,
      limit: 1,
      cursor: undefined,
      facets: false,
    })
    expect(items[0]?.available).toBe(false)
  }, 30_000)

  it('takes one order once, however often it comes at the same time', async () => {
    const { sku } = await shelf(20)
    const orderId = systemIds.next()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => hold(orderId, [line(sku, 3)])),
    )
    expect(answers.every(({ held }) => held)).toBe(true)
    expect(await numbers(sku)).toEqual({ onHand: 20, held: 3 })
  }, 30_000)

  it('lets orders cross each other without an error', async () => {
    const [a, b, c] = [await shelf(30), await shelf(30), await shelf(30)]
    const ways = [
      [a, b, c],
      [c, b, a],
      [b, a, c],
      [c, a, b],
    ]
    const orders = Array.from({ length: 40 }, (_, at) => ({
      orderId: systemIds.next(),
      lines: (ways[at % ways.length] ?? []).map(({ sku }) => line(sku, 1)),
    }))
    const finish = async ({ orderId, lines }: (typeof orders)[number], at: number) => {
      const { held } = await hold(orderId, lines)
      if (held && at % 2 === 0) await shop.shopper.releaseStock({ orderId })
      else if (held) await shop.shopper.claimStock({ orderId })
      return held
    }
    const held = await Promise.all(orders.map(finish))
    for (const { sku } of [a, b, c]) {
      const sold = held.filter((each, at) => each && at % 2 === 1).length
      expect(await numbers(sku)).toEqual({ onHand: 30 - sold, held: 0 })
    }
  }, 30_000)

  it('never sells the last units of several lines to two', async () => {
    const [a, b] = [await shelf(3), await shelf(3)]
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => hold(systemIds.next(), [line(a.sku, 2), line(b.sku, 1)])),
    )
    expect(answers.filter(({ held }) => held)).toHaveLength(1)
    expect(await numbers(a.sku)).toEqual({ onHand: 3, held: 2 })
    expect(await numbers(b.sku)).toEqual({ onHand: 3, held: 1 })
  }, 30_000)

  it('keeps available right when two variants of one product sell out at once', async () => {
    const options = (value: string) => [{ name: 'Size', value }]
    const product = await createProduct(shop, {
      variants: ['S', 'M', 'L'].map((size) => aVariant({ stock: 1n, options: options(size) })),
    })
    await Promise.all(product.variants.map(({ sku }) => hold(systemIds.next(), [line(sku, 1)])))
    const { product: after } = await shop.shopper.getProduct({ idOrHandle: product.id })
    expect(after?.available).toBe(false)
    expect(await shop.rows('SELECT available FROM products WHERE id = ?', [product.id])).toEqual([
      { available: 0 },
    ])
  })
})

describe('the end of a hold', () => {
  const held = async (units: number, stock = 10) => {
    const { sku, product } = await shelf(stock)
    const orderId = systemIds.next()
    await hold(orderId, [line(sku, units)])
    return { sku, product, orderId }
  }

  it('claimed, is a sale in the ledger, once', async () => {
    const { sku, orderId } = await held(3)
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: true, shortages: [] })
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: true, shortages: [] })
    const { stock, movements } = await shop.staff.getStock({ sku })
    expect(stock).toEqual({ onHand: 7n, held: 0n, available: 7n })
    expect(movements.map(({ kind, delta, orderId: of }) => [kind, delta, of])).toEqual([
      ['sale', -3n, orderId],
      ['initial', 10n, undefined],
    ])
  })

  it('claimed, reads as held when its hold is repeated', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.claimStock({ orderId })
    expect((await hold(orderId, [line(sku, 3)])).held).toBe(true)
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
  })

  it('released, gives the units back, once, and never reads as held again', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.releaseStock({ orderId })
    await shop.shopper.releaseStock({ orderId })
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
    expect(await hold(orderId, [line(sku, 3)])).toMatchObject({ held: false, lines: [] })
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: false, shortages: [] })
    expect(await shop.shopper.extendHold({ orderId, ttlSeconds: 60 })).toEqual({ extended: false })
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
  })

  it('released before it began, is obeyed by the late hold', async () => {
    const { sku } = await shelf(5)
    const orderId = systemIds.next()
    await shop.shopper.releaseStock({ orderId })
    expect(await hold(orderId, [line(sku, 1)])).toMatchObject({ held: false, shortages: [] })
    expect(await numbers(sku)).toEqual({ onHand: 5, held: 0 })
  })

  it('racing with its own release, leaves nothing held', async () => {
    const { sku } = await shelf(50)
    const orders = Array.from({ length: 20 }, () => systemIds.next())
    await Promise.all(
      orders.flatMap((orderId) => [
        hold(orderId, [line(sku, 1)]),
        shop.shopper.releaseStock({ orderId }),
      ]),
    )
    expect(await numbers(sku)).toEqual({ onHand: 50, held: 0 })
  }, 30_000)

  it('a claim of an unknown order sells nothing', async () => {
    expect(await shop.shopper.claimStock({ orderId: systemIds.next() })).toEqual({
      claimed: false,
      shortages: [],
    })
  })

  it('a release after the claim changes nothing', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.claimStock({ orderId })
    await shop.shopper.releaseStock({ orderId })
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
  })

  it('returned after the claim, puts the units back, once', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.claimStock({ orderId })
    await shop.shopper.returnStock({ orderId })
    await shop.shopper.returnStock({ orderId })
    const { stock, movements } = await shop.staff.getStock({ sku })
    expect(stock).toEqual({ onHand: 10n, held: 0n, available: 10n })
    expect(movements.map(({ kind, delta }) => [kind, delta])).toEqual([
      ['return', 3n],
      ['sale', -3n],
      ['initial', 10n],
    ])
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: false, shortages: [] })
  })

  it('returned when merely held, is released', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.returnStock({ orderId })
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
    expect(await hold(orderId, [line(sku, 3)])).toMatchObject({ held: false })
  })

  it('returned before anything else, is a tombstone', async () => {
    const { sku } = await shelf(5)
    const orderId = systemIds.next()
    await shop.shopper.returnStock({ orderId })
    expect(await hold(orderId, [line(sku, 1)])).toMatchObject({ held: false })
  })
})

describe('a hold past its time', () => {
  const lapsed = async (units: number, stock: number) => {
    const { sku, product } = await shelf(stock)
    const orderId = systemIds.next()
    await hold(orderId, [line(sku, units)], 60)
    shop.advance(61_000)
    await shop.sweep()
    return { sku, product, orderId }
  }

  it('gives its units back', async () => {
    const { sku, product } = await lapsed(2, 2)
    expect(await numbers(sku)).toEqual({ onHand: 2, held: 0 })
    const { product: after } = await shop.shopper.getProduct({ idOrHandle: product.id })
    expect(after?.available).toBe(true)
  })

  it('is claimed all the same when the units are still there', async () => {
    const { sku, orderId } = await lapsed(2, 2)
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: true, shortages: [] })
    expect(await numbers(sku)).toEqual({ onHand: 0, held: 0 })
  })

  it('is not claimed when another order has them', async () => {
    const { sku, orderId } = await lapsed(2, 2)
    await hold(systemIds.next(), [line(sku, 1)])
    expect(await shop.shopper.claimStock({ orderId })).toEqual({
      claimed: false,
      shortages: [{ sku, available: 1n }],
    })
    expect(await numbers(sku)).toEqual({ onHand: 2, held: 1 })
  })

  it('takes the units again at the old price when the hold is repeated', async () => {
    const { sku, orderId } = await lapsed(2, 2)
    const again = await hold(orderId, [line(sku, 2)])
    expect(again).toMatchObject({ held: true, lines: [{ sku, quantity: 2n }] })
    expect(await numbers(sku)).toEqual({ onHand: 2, held: 2 })
  })

  it('released afterwards, stays free', async () => {
    const { sku, orderId } = await lapsed(2, 2)
    await shop.shopper.releaseStock({ orderId })
    expect(await numbers(sku)).toEqual({ onHand: 2, held: 0 })
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: false, shortages: [] })
  })

  it('extended in time, stays', async () => {
    const { sku } = await shelf(2)
    const orderId = systemIds.next()
    await hold(orderId, [line(sku, 2)], 60)
    expect(await shop.shopper.extendHold({ orderId, ttlSeconds: 600 })).toEqual({ extended: true })
    shop.advance(61_000)
    await shop.sweep()
    expect(await numbers(sku)).toEqual({ onHand: 2, held: 2 })
  })

  it('is lapsed once by two sweeps at the same time', async () => {
    const { sku } = await shelf(8)
    const orders = Array.from({ length: 8 }, () => systemIds.next())
    await Promise.all(orders.map((orderId) => hold(orderId, [line(sku, 1)], 60)))
    shop.advance(61_000)
    await Promise.all([shop.sweep(), shop.sweep()])
    expect(await numbers(sku)).toEqual({ onHand: 8, held: 0 })
  })
})

describe('the ledger', () => {
  it('adds up to what is on hand, and held to the live holds', async () => {
    expect(
      await shop.rows(
        `SELECT s.sku, s.on_hand, SUM(m.delta) AS moved FROM stock s
         LEFT JOIN stock_movements m ON m.sku = s.sku
         GROUP BY s.sku, s.on_hand HAVING s.on_hand <> COALESCE(moved, 0)`,
      ),
    ).toEqual([])
    expect(
      await shop.rows(
        `SELECT s.sku, s.held, COALESCE(SUM(l.quantity), 0) AS live FROM stock s
         LEFT JOIN (stock_hold_lines l JOIN stock_holds h
                    ON h.order_id = l.order_id AND h.status = 'held') ON l.sku = s.sku
         GROUP BY s.sku, s.held HAVING s.held <> live`,
      ),
    ).toEqual([])
  })

  it('takes adjustments with their reason', async () => {
    const { sku } = await shelf(5)
    const answer = await shop.staff.adjustStock({ sku, delta: -2n, reason: 'broken' })
    expect(answer.stock).toEqual({ onHand: 3n, held: 0n, available: 3n })
    expect(answer.movements[0]).toMatchObject({ delta: -2n, kind: 'adjustment', reason: 'broken' })
  })

  it('refuses to go under what is held', async () => {
    const { sku } = await shelf(5)
    await hold(systemIds.next(), [line(sku, 4)])
    await expect(shop.staff.adjustStock({ sku, delta: -2n, reason: '' })).rejects.toMatchObject({
      kind: 'precondition',
      code: 'stock_below_held',
    })
    expect((await shop.staff.adjustStock({ sku, delta: -1n, reason: '' })).stock?.onHand).toBe(4n)
  })

  it('does not know an unknown sku', async () => {
    const unknown = { kind: 'not_found', code: 'sku_not_found' }
    const sku = 'nobody-has-this'
    await expect(shop.staff.getStock({ sku })).rejects.toMatchObject(unknown)
    await expect(shop.staff.adjustStock({ sku, delta: 1n, reason: '' })).rejects.toMatchObject(
      unknown,
    )
  })

  it('counts a restock during a sale', async () => {
    const { sku } = await shelf(5)
    const buys = Array.from({ length: 20 }, () => hold(systemIds.next(), [line(sku, 1)]))
    const restocks = [5, 5].map((delta) =>
      shop.staff.adjustStock({ sku, delta: BigInt(delta), reason: 'delivery' }),
    )
    const [answers] = await Promise.all([Promise.all(buys), Promise.all(restocks)])
    const sold = answers.filter(({ held }) => held).length
    expect(sold).toBeGreaterThanOrEqual(5)
    expect(await numbers(sku)).toEqual({ onHand: 15, held: sold })
  }, 30_000)
})
