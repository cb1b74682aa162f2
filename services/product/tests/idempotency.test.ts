import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  AdjustStockResponse,
  CreateProductResponse,
  UpdateProductResponse,
} from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { eventually, type TestCaller } from '@micromart/testing'
import { aDraft, createProduct, type Shop, startForTest, unique } from './start-for-test.ts'
import { line, stockOf } from './stock-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const { shelf, hold, numbers, held } = stockOf(() => shop)

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** A merchandiser with an idempotency key; `body` stands for what the fingerprint is made of. */
const withKey = (key = unique('key'), body = 'body', scope = 'principal POST /v1/route') => {
  const idempotency = { key, scope: digest(scope), fingerprint: digest(body) }
  const caller: TestCaller = { token: shop.tokenOf('merchandiser'), idempotency }
  return { caller, rpc: shop.as(caller) }
}

const deltas = async (sku: string) =>
  (await shop.staff.getStock({ sku })).movements.map(({ delta }) => delta)

const keyRows = async () => {
  const [row] = await shop.rows('SELECT COUNT(*) AS count FROM idempotency_keys')
  return Number(row?.['count'])
}

describe('a repeated adjustment of stock', () => {
  it('is done once, and answered byte for byte as the first time', async () => {
    const { sku } = await shelf(10)
    const { rpc, caller } = withKey()
    const first = await rpc.adjustStock({ sku, delta: 5n, reason: 'found' })
    expect(caller.replayed).toBe(false)
    await shop.staff.adjustStock({ sku, delta: 1n, reason: 'meanwhile' })
    const second = await rpc.adjustStock({ sku, delta: 5n, reason: 'found' })
    expect(caller.replayed).toBe(true)
    const bytes = (answer: AdjustStockResponse) => AdjustStockResponse.encode(answer).finish()
    expect(bytes(second)).toEqual(bytes(first))
    expect(await deltas(sku)).toEqual([1n, 5n, 10n])
  })

  it('with another body is refused and changes nothing', async () => {
    const { sku } = await shelf(10)
    const key = unique('key')
    await withKey(key, 'one').rpc.adjustStock({ sku, delta: 5n, reason: '' })
    const other = withKey(key, 'two').rpc.adjustStock({ sku, delta: 6n, reason: '' })
    await expect(other).rejects.toMatchObject({
      kind: 'precondition',
      code: 'idempotency_mismatch',
    })
    expect(await numbers(sku)).toMatchObject({ onHand: 15 })
  })

  it('under the same key on another route is another request', async () => {
    const { sku } = await shelf(10)
    const key = unique('key')
    const change = { sku, delta: 1n, reason: '' }
    await withKey(key).rpc.adjustStock(change)
    await withKey(key, 'body', 'principal POST /v1/other').rpc.adjustStock(change)
    expect(await numbers(sku)).toMatchObject({ onHand: 12 })
  })

  it('at the same time changes stock once; nobody is told another answer', async () => {
    const { sku } = await shelf(10)
    const key = unique('key')
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        withKey(key).rpc.adjustStock({ sku, delta: 5n, reason: 'found' }),
      ),
    )
    const told = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason] : [],
    )
    expect(told.length).toBeGreaterThan(0)
    for (const answer of told) expect(answer).toEqual(told[0])
    for (const reason of refused) expect(reason).toMatchObject({ code: 'idempotency_in_progress' })
    expect(await deltas(sku)).toEqual([5n, 10n])
  }, 30_000)

  it('after its transaction died is done as if for the first time', async () => {
    const { sku } = await shelf(10)
    const key = unique('key')
    const before = await keyRows()
    await using blocker = await shop.connection()
    await blocker.beginTransaction()
    await blocker.query('SELECT 1 FROM stock WHERE sku = ? FOR UPDATE', [sku])
    const dying = withKey(key).rpc.adjustStock({ sku, delta: 5n, reason: '' })
    const died = expect(dying).rejects.toMatchObject({ kind: 'unavailable' })
    await eventually(async () => {
      const [thread] = await shop.rows(
        `SELECT ID AS id FROM information_schema.PROCESSLIST
         WHERE DB = DATABASE() AND INFO LIKE 'UPDATE stock%'`,
      )
      await shop.rows(`KILL ${Number(thread?.['id'])}`)
    })
    await died
    await blocker.rollback()
    expect(await keyRows()).toBe(before)
    expect(await numbers(sku)).toMatchObject({ onHand: 10 })

    const { rpc, caller } = withKey(key)
    await rpc.adjustStock({ sku, delta: 5n, reason: '' })
    expect(caller.replayed).toBe(false)
    expect(await deltas(sku)).toEqual([5n, 10n])
  }, 30_000)

  it('that the state forbade stays forbidden, also when it could be done by now', async () => {
    const { sku, orderId } = await held(8, 10)
    const { rpc, caller } = withKey()
    const below = { kind: 'precondition', code: 'stock_below_held' }
    const params = { held: '8', onHand: '10' }
    const take = { sku, delta: -5n, reason: '' }
    await expect(rpc.adjustStock(take)).rejects.toMatchObject({ ...below, params })
    await shop.shopper.releaseStock({ orderId })
    await expect(rpc.adjustStock(take)).rejects.toMatchObject({ ...below, params })
    expect(caller.replayed).toBe(true)
    expect(await deltas(sku)).toEqual([10n])
  })

  it('that was malformed or found nothing has bound nothing', async () => {
    const { sku } = await shelf(10)
    const { rpc, caller } = withKey()
    await expect(rpc.adjustStock({ sku, delta: 0n, reason: '' })).rejects.toMatchObject({
      kind: 'invalid',
    })
    const unknown = { sku: unique('NONE'), delta: 1n, reason: '' }
    await expect(rpc.adjustStock(unknown)).rejects.toMatchObject({ code: 'sku_not_found' })
    await rpc.adjustStock({ sku, delta: 1n, reason: '' })
    expect(caller.replayed).toBe(false)
    expect(await numbers(sku)).toMatchObject({ onHand: 11 })
  })
})

describe('other repeated writes', () => {
  it('create a product once, with one event', async () => {
    const { rpc, caller } = withKey()
    const draft = aDraft()
    const first = await rpc.createProduct({ draft })
    const second = await rpc.createProduct({ draft })
    expect(caller.replayed).toBe(true)
    expect(CreateProductResponse.encode(second).finish()).toEqual(
      CreateProductResponse.encode(first).finish(),
    )
    const { product } = first
    expect(await shop.rows('SELECT id FROM products WHERE title = ?', [draft.title])).toEqual([
      { id: product?.id },
    ])
    const events = 'SELECT id FROM outbox WHERE aggregate_id = ?'
    expect(await shop.rows(events, [product?.id ?? ''])).toHaveLength(1)
  })

  it('find another free handle inside the one transaction', async () => {
    const title = unique('Same title')
    const [one, two] = await Promise.all(
      [withKey(), withKey()].map(({ rpc }) => rpc.createProduct({ draft: aDraft({ title }) })),
    )
    expect(one?.product?.handle).not.toBe(two?.product?.handle)
  })

  it('create a category once', async () => {
    const { rpc, caller } = withKey()
    const draft = { title: unique('Kitchen'), handle: undefined, parent: undefined }
    const first = await rpc.createCategory(draft)
    expect(await rpc.createCategory(draft)).toEqual(first)
    expect(caller.replayed).toBe(true)
  })

  it('change a product once: a repeat is not refused for the version that it made itself', async () => {
    const product = await createProduct(shop)
    const { rpc } = withKey()
    const { id, version: expectedVersion } = product
    const patch = { id, expectedVersion, draft: aDraft({ brand: 'New' }), fields: ['brand'] }
    const first = await rpc.updateProduct(patch)
    await shop.staff.updateProduct({ ...patch, expectedVersion: 0n, draft: aDraft({ brand: '3' }) })
    const second = await rpc.updateProduct(patch)
    expect(UpdateProductResponse.encode(second).finish()).toEqual(
      UpdateProductResponse.encode(first).finish(),
    )
    expect((await shop.staff.getAdminProduct({ idOrHandle: id })).product?.brand).toBe('3')
  })

  it('refused for a version bind nothing: read again, the change goes through', async () => {
    const product = await createProduct(shop)
    const { rpc } = withKey()
    const patch = { id: product.id, draft: aDraft({ brand: 'New' }), fields: ['brand'] }
    const late = rpc.updateProduct({ ...patch, expectedVersion: product.version + 1n })
    await expect(late).rejects.toMatchObject({ code: 'version_changed' })
    await rpc.updateProduct({ ...patch, expectedVersion: product.version })
  })

  it('archive a product once', async () => {
    const product = await createProduct(shop)
    const { rpc, caller } = withKey()
    const archive = { id: product.id, expectedVersion: product.version }
    await rpc.archiveProduct(archive)
    await rpc.archiveProduct(archive)
    expect(caller.replayed).toBe(true)
  })

  it('are forgotten after 48 hours', async () => {
    const { sku } = await shelf(10)
    const key = unique('key')
    const change = { sku, delta: 1n, reason: '' }
    await withKey(key).rpc.adjustStock(change)
    shop.advance(47 * 60 * 60_000)
    await shop.prune()
    await withKey(key).rpc.adjustStock(change)
    expect(await numbers(sku)).toMatchObject({ onHand: 11 })
    shop.advance(60 * 60_000 + 1)
    await shop.prune()
    expect(await keyRows()).toBe(0)
    await withKey(key).rpc.adjustStock(change)
    expect(await numbers(sku)).toMatchObject({ onHand: 12 })
  })
})

it('a call of a service that carries somebody else’s key is keyed by its order all the same', async () => {
  const { sku } = await shelf(5)
  const { rpc } = withKey()
  const [one, two] = [systemIds.next(), systemIds.next()]
  for (const orderId of [one, two]) {
    await rpc.holdStock({ orderId, lines: [line(sku, 1)], ttlSeconds: 60 })
  }
  expect(await numbers(sku)).toEqual({ onHand: 5, held: 2 })
  expect((await hold(one, [line(sku, 1)])).held).toBe(true)
})
