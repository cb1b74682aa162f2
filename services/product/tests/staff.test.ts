import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
import { noFilter } from './list-for-test.ts'
import { aDraft, createProduct, unique, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('the staff list', () => {
  it('holds whole products of every status, one by one when asked', async () => {
    const brand = unique('Brand')
    const draft = await createProduct(shop, { brand, status: ProductStatus.PRODUCT_STATUS_DRAFT })
    const active = await createProduct(shop, { brand })
    const list = (status: ProductStatus) =>
      shop.staff.listAdminProducts({
        filter: { ...noFilter, brand, status },
        sort: 0,
        limit: 10,
        cursor: undefined,
      })
    expect((await list(0)).items).toEqual([active, draft])
    expect((await list(ProductStatus.PRODUCT_STATUS_DRAFT)).items).toEqual([draft])
  })
})

describe('who may', () => {
  const calls: [string, (rpc: Shop['shopper']) => Promise<unknown>][] = [
    ['createProduct', (rpc) => rpc.createProduct({ draft: aDraft() })],
    ['getAdminProduct', (rpc) => rpc.getAdminProduct({ idOrHandle: 'x' })],
    ['archiveProduct', (rpc) => rpc.archiveProduct({ id: 'x', expectedVersion: 0n })],
    ['getStock', (rpc) => rpc.getStock({ sku: 'x' })],
    ['adjustStock', (rpc) => rpc.adjustStock({ sku: 'x', delta: 1n, reason: '' })],
  ]

  it.each(calls)('%s: nobody without a token, no customer', async (_name, call) => {
    await expect(call(shop.shopper)).rejects.toMatchObject({ kind: 'unauthenticated' })
    const customer = shop.as({ token: shop.tokenOf('customer') })
    await expect(call(customer)).rejects.toMatchObject({ kind: 'forbidden' })
  })
})
