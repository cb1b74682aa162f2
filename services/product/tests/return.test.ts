import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { aVariant, createProduct, type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers, held } = stockOf(() => shop)

const sold = async (units: number, stock = 10) => {
  const sale = await held(units, stock)
  await shop.shopper.claimStock({ orderId: sale.orderId })
  return sale
}

const giveBack = (orderId: string, lines: ReturnType<typeof line>[], returnId = systemIds.next()) =>
  shop.shopper.returnStock({ orderId, returnId, lines })

const whole = (orderId: string) => shop.shopper.returnStock({ orderId, returnId: '', lines: [] })

const ledger = async (sku: string) =>
  (await shop.staff.getStock({ sku })).movements.map(({ kind, delta }) => [kind, delta])

const exceeds = { kind: 'precondition', code: 'return_exceeds_sale' }

describe('a partial return', () => {
  it('puts its units back once, however often it is told', async () => {
    const { sku, orderId } = await sold(5)
    const returnId = systemIds.next()
    await giveBack(orderId, [line(sku, 2)], returnId)
    await giveBack(orderId, [line(sku, 1), line(sku, 1)], returnId.toUpperCase())
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
    expect(await ledger(sku)).toEqual([
      ['return', 2n],
      ['sale', -5n],
      ['initial', 10n],
    ])
  })

  it('is refused under an id that named other lines', async () => {
    const { sku, orderId } = await sold(5)
    const returnId = systemIds.next()
    await giveBack(orderId, [line(sku, 2)], returnId)
    await expect(giveBack(orderId, [line(sku, 1)], returnId)).rejects.toMatchObject({
      kind: 'precondition',
      code: 'return_mismatch',
    })
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
  })

  it('never brings more back than was sold, also not bit by bit, and then changes nothing', async () => {
    const { sku, orderId } = await sold(3)
    const other = await shelf(5)
    await giveBack(orderId, [line(sku, 2)])
    const params = { sku, sold: '3', returned: '2' }
    await expect(giveBack(orderId, [line(sku, 2)])).rejects.toMatchObject({ ...exceeds, params })
    const mixed = [line(sku, 1), line(other.sku, 1)]
    await expect(giveBack(orderId, mixed)).rejects.toMatchObject(exceeds)
    expect(await numbers(sku)).toEqual({ onHand: 9, held: 0 })
    expect(await numbers(other.sku)).toEqual({ onHand: 5, held: 0 })
  })

  it('of all units, one after the other or at once, ends the sale', async () => {
    const { sku, orderId } = await sold(6)
    const returns = Array.from({ length: 12 }, () => giveBack(orderId, [line(sku, 1)]))
    const answers = await Promise.allSettled(returns)
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(6)
    await whole(orderId)
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: false, shortages: [] })
  }, 30_000)

  it('leaves the rest to the return of the whole order', async () => {
    const { sku, orderId } = await sold(5)
    await giveBack(orderId, [line(sku, 2)])
    await Promise.all([whole(orderId), whole(orderId)])
    expect(await numbers(sku)).toEqual({ onHand: 10, held: 0 })
    expect((await ledger(sku)).slice(0, 2)).toEqual([
      ['return', 3n],
      ['return', 2n],
    ])
    await expect(giveBack(orderId, [line(sku, 1)])).rejects.toMatchObject(exceeds)
  })

  it('of several skus puts each back, and the product can be bought again', async () => {
    const product = await createProduct(shop, {
      variants: ['S', 'M'].map((value) =>
        aVariant({ stock: 1n, options: [{ name: 'Size', value }] }),
      ),
    })
    const [small = '', medium = ''] = product.variants.map(({ sku }) => sku)
    const orderId = systemIds.next()
    await hold(orderId, [line(small, 1), line(medium, 1)])
    await shop.shopper.claimStock({ orderId })
    const read = async () => (await shop.shopper.getProduct({ idOrHandle: product.id })).product
    expect(await read()).toMatchObject({ available: false })
    await giveBack(orderId, [line(medium, 1)])
    expect(await read()).toMatchObject({ available: true })
    expect(await numbers(medium)).toEqual({ onHand: 1, held: 0 })
  })

  it('waits for the claim of units that are merely held', async () => {
    const { sku, orderId } = await held(3)
    const waits = { kind: 'conflict', code: 'sale_not_claimed' }
    await expect(giveBack(orderId, [line(sku, 1)])).rejects.toMatchObject(waits)
    await shop.shopper.claimStock({ orderId })
    await giveBack(orderId, [line(sku, 1)])
    expect(await numbers(sku)).toEqual({ onHand: 8, held: 0 })
  })

  it('of what was never sold is refused and leaves no trace', async () => {
    const { sku, orderId } = await held(3)
    await shop.shopper.releaseStock({ orderId })
    await expect(giveBack(orderId, [line(sku, 1)])).rejects.toMatchObject(exceeds)
    const unknown = systemIds.next()
    await expect(giveBack(unknown, [line(sku, 1)])).rejects.toMatchObject(exceeds)
    expect((await hold(unknown, [line(sku, 1)])).held).toBe(true)
  })

  it.each([
    [{ returnId: '', lines: [line('A', 1)] }, '/returnId'],
    [{ returnId: 'x', lines: [line('A', 1)] }, '/returnId'],
    [{ returnId: systemIds.next(), lines: [] }, '/lines'],
    [{ returnId: systemIds.next(), lines: [line('A', 0)] }, '/lines/0/quantity'],
    [{ returnId: systemIds.next(), lines: [line('A', -1)] }, '/lines/0/quantity'],
  ])('is refused when it is malformed: %j', async (request, path) => {
    const orderId = systemIds.next()
    await expect(shop.shopper.returnStock({ orderId, ...request })).rejects.toMatchObject({
      kind: 'invalid',
      fields: [expect.objectContaining({ path })],
    })
  })
})
