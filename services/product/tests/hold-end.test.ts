import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers, held } = stockOf(() => shop)

const lapsed = async (units: number, stock: number) => {
  const hold = await held(units, stock, 60)
  shop.advance(61_000)
  await shop.sweep()
  return hold
}

describe('the end of a hold', () => {
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
    await shop.shopper.returnStock({ orderId, returnId: '', lines: [] })
    await shop.shopper.returnStock({ orderId, returnId: '', lines: [] })
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
    await shop.shopper.returnStock({ orderId, returnId: '', lines: [] })
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
    expect(await hold(orderId, [line(sku, 3)])).toMatchObject({ held: false })
  })

  it('returned before anything else, is a tombstone', async () => {
    const { sku } = await shelf(5)
    const orderId = systemIds.next()
    await shop.shopper.returnStock({ orderId, returnId: '', lines: [] })
    expect(await hold(orderId, [line(sku, 1)])).toMatchObject({ held: false })
  })
})

describe('a hold past its time', () => {
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

  it('does not stand in the way of others when its books are broken', async () => {
    const broken = await held(2, 2, 60)
    await shop.rows('UPDATE stock SET held = 0 WHERE sku = ?', [broken.sku]) // by hand
    const sound = await held(2, 2, 90)
    shop.advance(91_000)
    await shop.sweep()
    expect(await numbers(sound.sku)).toEqual({ onHand: 2, held: 0 })
    expect(await numbers(broken.sku)).toEqual({ onHand: 2, held: 0 })
    await expect(shop.shopper.releaseStock({ orderId: broken.orderId })).rejects.toMatchObject({
      kind: 'internal',
    })
  })
})
