import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { aVariant, createProduct, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const since = (cursor: string) => shop.shopper.changesSince({ cursor })
const now = async () => (await since('')).cursor
const changedIds = async (cursor: string) =>
  (await since(cursor)).changes.map(({ productId }) => productId)

describe('changes', () => {
  it('name a product when its availability flips, and not in between', async () => {
    const { id, variants } = await createProduct(shop, { variants: [aVariant({ stock: 2n })] })
    const sku = variants[0]!.sku
    const hold = async (orderId: string) =>
      shop.shopper.holdStock({ orderId, lines: [{ sku, quantity: 1n }], ttlSeconds: 60 })
    const start = await now()
    await hold(systemIds.next())
    expect(await changedIds(start)).toEqual([])
    const last = systemIds.next()
    await hold(last)
    expect(await changedIds(start)).toEqual([id])
    const soldOut = await now()
    await shop.shopper.releaseStock({ orderId: last })
    expect(await changedIds(soldOut)).toEqual([id])
  })

  it('never lose one whose transaction began earlier and commits later', async () => {
    const start = await now()
    const late = { id: systemIds.next(), handle: 'late' }
    const early = { id: systemIds.next(), handle: 'early' }
    const insert = 'INSERT INTO product_changes (product_id, handle, at) VALUES (?, ?, NOW(3))'
    await using slow = await shop.connection()
    await slow.query('START TRANSACTION')
    await slow.query(insert, [late.id, late.handle])
    await shop.rows(insert, [early.id, early.handle])
    const first = await since(start)
    expect(first.changes).toEqual([{ productId: early.id, handle: early.handle }])
    const fresh = await now()

    await slow.query('COMMIT')

    const second = await since(first.cursor)
    expect(second.changes).toEqual([{ productId: late.id, handle: late.handle }])
    expect((await since(second.cursor)).changes).toEqual([])
    expect(await changedIds(fresh)).toEqual([late.id]) // also for who began in between
  })

  it('ask to start anew when the cursor is older than what is kept', async () => {
    const old = await now()
    await createProduct(shop)
    await createProduct(shop)
    await shop.rows(
      'DELETE FROM product_changes WHERE id < (SELECT m FROM (SELECT MAX(id) m FROM product_changes) t)',
    )
    const answer = await since(old)
    expect(answer).toMatchObject({ reset: true, changes: [] })
    expect(await since(answer.cursor)).toMatchObject({ reset: false, changes: [] })
  })

  it('ask to start anew when the cursor is of another database', async () => {
    expect(await since('999999')).toMatchObject({ reset: true })
  })

  it.each(['x', '-1', '1~', '1~2', `1${'~1@1'.repeat(2_000)}`])('refuse the cursor %p', (cursor) =>
    expect(since(cursor)).rejects.toMatchObject({ kind: 'invalid', code: 'cursor_invalid' }),
  )
})
