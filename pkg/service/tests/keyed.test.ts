import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { AddItemResponse, CartServiceService } from '@micromart/contracts/cart'
import { connectSidecar, type IdempotencyKey, runInContext } from '@micromart/dapr'
import { DomainError, systemIds } from '@micromart/kernel'
import { keyed, unary } from '@micromart/service'
import { idempotencyTables, idempotent, openDatabase, sqlMigration } from '@micromart/store'
import { startFakeSidecar, testDatabase } from '@micromart/testing'
import { type CartForTest, startCart } from './cart-for-test.ts'

const migrations = [sqlMigration('CreateKeys1763800000001', idempotencyTables())]
const aKey = (of: Partial<IdempotencyKey> = {}): IdempotencyKey => ({
  key: systemIds.next(),
  scope: 's'.repeat(43),
  fingerprint: 'f'.repeat(43),
  ...of,
})

describe('a keyed handler', () => {
  const stack = new AsyncDisposableStack()
  let cart: CartForTest
  let served = 0

  beforeAll(async () => {
    const { url } = stack.use(await testDatabase('service', migrations))
    const db = stack.use(await openDatabase({ url, entities: [] }))
    const addItem = keyed(
      idempotent(db),
      'AddItem',
      AddItemResponse,
      async ({ sku }: { sku: string }) => {
        served += 1
        if (sku === 'GONE')
          throw new DomainError('precondition', 'out_of_stock', { available: '0' })
        if (sku === '') throw new DomainError('invalid', 'sku_invalid')
        return {
          cart: { items: [], subtotal: undefined, version: `${served}` },
          mintedToken: undefined,
        }
      },
    )
    cart = stack.use(await startCart({ addItem: unary(addItem) }))
  })
  afterAll(() => stack.disposeAsync())

  const add = async (sku: string, caller: { idempotency?: IdempotencyKey; token?: string }) => {
    const scope = { ...caller, replayed: false }
    const request = { cartToken: undefined, sku, quantity: 1 }
    const before = served
    const answer = await cart.client
      .as(scope)
      .addItem(request)
      .then(
        (given) => given.cart?.version,
        ({ code, params }: DomainError) => ({ code, params }),
      )
    return { answer, replayed: scope.replayed, ran: served > before }
  }

  it('runs plainly without a key', async () => {
    expect(await add('MUG', {})).toMatchObject({ ran: true, replayed: false })
    expect(await add('MUG', {})).toMatchObject({ ran: true, replayed: false })
  })

  it('gives a repeat the first answer, and says so', async () => {
    const caller = { idempotency: aKey() }
    const first = await add('MUG', caller)
    expect(first).toMatchObject({ ran: true, replayed: false })
    expect(await add('MUG', caller)).toEqual({ answer: first.answer, ran: false, replayed: true })
  })

  it('gives a repeat the first refusal, and says so', async () => {
    const caller = { idempotency: aKey() }
    const answer = { code: 'out_of_stock', params: { available: '0' } }
    expect(await add('GONE', caller)).toEqual({ answer, ran: true, replayed: false })
    expect(await add('GONE', caller)).toEqual({ answer, ran: false, replayed: true })
  })

  it('keeps nothing of bad input', async () => {
    const caller = { idempotency: aKey() }
    expect(await add('', caller)).toMatchObject({ answer: { code: 'sku_invalid' }, ran: true })
    expect(await add('MUG', caller)).toMatchObject({ ran: true, replayed: false })
  })

  it('refuses another request under the key', async () => {
    const idempotency = aKey()
    await add('MUG', { idempotency })
    const other = { idempotency: { ...idempotency, fingerprint: 'g'.repeat(43) } }
    expect((await add('MUG', other)).answer).toMatchObject({ code: 'idempotency_mismatch' })
  })

  it('keeps callers and routes apart', async () => {
    const idempotency = aKey()
    await add('MUG', { idempotency })
    const member = { idempotency, token: cart.tokens.userToken({ id: systemIds.next() }) }
    expect(await add('MUG', member)).toMatchObject({ ran: true, replayed: false })
    const elsewhere = { idempotency: { ...idempotency, scope: 't'.repeat(43) } }
    expect(await add('MUG', elsewhere)).toMatchObject({ ran: true, replayed: false })
  })

  it.each([
    ['of more than 255 characters', { key: 'k'.repeat(256) }],
    ['of no character', { key: '' }],
    ['without its scope', { scope: '' }],
    ['with a fingerprint of another form', { fingerprint: 'short' }],
  ])('refuses a key %s', async (_, wrong) => {
    const { answer, ran } = await add('MUG', { idempotency: aKey(wrong) })
    expect([answer, ran]).toEqual([{ code: 'idempotency_key_invalid', params: {} }, false])
  })

  it('tells of a replay through the sidecars, and only where a client forwards keys', async () => {
    await using fake = await startFakeSidecar({ appId: apps.gateway })
    fake.route(apps.cart, cart.running.port)
    const { grpcPort, httpPort } = fake
    await using sidecar = await connectSidecar({ grpcPort, httpPort, appId: apps.gateway })
    const request = { cartToken: undefined, sku: 'MUG', quantity: 1 }
    const idempotency = aKey()
    const seen = async (forwardsKey: boolean) => {
      const scope = { idempotency, replayed: false }
      const client = sidecar.client(CartServiceService, apps.cart, { forwardsKey })
      await runInContext(scope, () => client.addItem(request))
      return scope.replayed
    }
    expect([await seen(true), await seen(true), await seen(false)]).toEqual([false, true, false])
  })
})
