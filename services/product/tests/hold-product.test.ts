import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { aDraft, aVariant, createProduct, type Shop, startForTest } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers, held } = stockOf(() => shop)

const archive = (id: string) => shop.staff.archiveProduct({ id, expectedVersion: 0n })

describe('a product that goes', () => {
  it('between hold and claim is sold all the same: the order keeps what it was promised', async () => {
    const { sku, product, orderId } = await held(3)
    const before = await hold(orderId, [line(sku, 3)])
    await archive(product.id)
    expect((await hold(orderId, [line(sku, 3)])).lines).toEqual(before.lines)
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: true, shortages: [] })
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
  })

  it('after its hold lapsed is still claimed by who has paid, from what is on the shelf', async () => {
    const { sku, product, orderId } = await held(3, 10, 60)
    await archive(product.id)
    shop.advance(61_000)
    await shop.sweep()
    expect(await shop.shopper.claimStock({ orderId })).toEqual({ claimed: true, shortages: [] })
    expect(await numbers(sku)).toEqual({ onHand: 7, held: 0 })
  })

  it('before the hold refuses the whole order and holds nothing of the other lines', async () => {
    const [gone, stays] = [await shelf(5), await shelf(5)]
    await archive(gone.product.id)
    const orderId = systemIds.next()
    expect(await hold(orderId, [line(gone.sku, 1), line(stays.sku, 1)])).toMatchObject({
      held: false,
      shortages: [{ sku: gone.sku, available: 0n }],
    })
    expect(await numbers(stays.sku)).toEqual({ onHand: 5, held: 0 })
  })

  it('loses a variant that an order holds: the order is claimed and can give it back', async () => {
    const variants = ['S', 'M'].map((value) => aVariant({ options: [{ name: 'Size', value }] }))
    const product = await createProduct(shop, { variants })
    const [small = '', medium = ''] = product.variants.map(({ sku }) => sku)
    const orderId = systemIds.next()
    await hold(orderId, [line(small, 2), line(medium, 2)])
    const options = [{ name: 'Size', value: 'M' }]
    await shop.staff.updateProduct({
      id: product.id,
      expectedVersion: 0n,
      fields: ['variants'],
      draft: aDraft({ variants: [aVariant({ sku: medium, stock: undefined, options })] }),
    })
    expect(await shop.shopper.claimStock({ orderId })).toMatchObject({ claimed: true })
    const returnId = systemIds.next()
    await shop.shopper.returnStock({ orderId, returnId, lines: [line(small, 1)] })
    expect(await numbers(small)).toEqual({ onHand: 9, held: 0 })
    expect(await numbers(medium)).toEqual({ onHand: 8, held: 0 })
  })

  it('while orders come for it and another is held whole or refused whole', async () => {
    const [gone, stays] = [await shelf(50), await shelf(50)]
    const orders = Array.from({ length: 24 }, () => systemIds.next())
    const answers = await Promise.all(
      orders.map(async (orderId, at) => {
        if (at === 8) await archive(gone.product.id)
        return hold(orderId, [line(gone.sku, 1), line(stays.sku, 1)])
      }),
    )
    const units = answers.filter((answer) => answer.held).length
    expect(await numbers(gone.sku)).toEqual({ onHand: 50, held: units })
    expect(await numbers(stays.sku)).toEqual({ onHand: 50, held: units })
    const claims = await Promise.all(orders.map((orderId) => shop.shopper.claimStock({ orderId })))
    expect(claims.map(({ claimed }) => claimed)).toEqual(answers.map((answer) => answer.held))
  }, 30_000)
})

describe('a restock during a sale', () => {
  it('is sold to the last unit and no further', async () => {
    const { sku } = await shelf(5)
    const buy = async () => {
      const orderId = systemIds.next()
      const { held: ok } = await hold(orderId, [line(sku, 1)])
      return ok && (await shop.shopper.claimStock({ orderId })).claimed
    }
    const restock = () => shop.staff.adjustStock({ sku, delta: 5n, reason: 'delivery' })
    const during = Promise.all(Array.from({ length: 30 }, buy))
    await Promise.all([restock(), restock(), restock()])
    const early = (await during).filter(Boolean).length
    const late = (await Promise.all(Array.from({ length: 30 }, buy))).filter(Boolean).length
    expect(early + late).toBe(20)
    expect(await numbers(sku)).toEqual({ onHand: 0, held: 0 })
  }, 30_000)
})
