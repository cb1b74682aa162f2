import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { readMetric } from '@micromart/testing'
import { aVariant, createProduct, type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers } = stockOf(() => shop)

describe('many at once', () => {
  it('sells 20 units to 20 of 100 buyers', async () => {
    const { product, sku } = await shelf(20)
    const orders = Array.from({ length: 100 }, () => systemIds.next())

    const answers = await Promise.all(orders.map((orderId) => hold(orderId, [line(sku, 1)])))

    expect(answers.filter(({ held }) => held)).toHaveLength(20)
    const failures = 'micromart_stock_reservation_failures_total'
    expect(await readMetric(shop.httpPort, failures, { reason: 'out_of_stock' })).toBe(80)
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
    const product = await createProduct(shop, {
      variants: ['S', 'M', 'L'].map((size) =>
        aVariant({ stock: 1n, options: [{ name: 'Size', value: size }] }),
      ),
    })
    await Promise.all(product.variants.map(({ sku }) => hold(systemIds.next(), [line(sku, 1)])))
    const { product: after } = await shop.shopper.getProduct({ idOrHandle: product.id })
    expect(after?.available).toBe(false)
    expect(await shop.rows('SELECT available FROM products WHERE id = ?', [product.id])).toEqual([
      { available: 0 },
    ])
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
