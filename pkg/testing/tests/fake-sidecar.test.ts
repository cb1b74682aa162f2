import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { BacklogServiceService } from '@micromart/contracts/ops'
import { ProductServiceService } from '@micromart/contracts/product'
import { connectSidecar, runInContext, type Sidecar } from '@micromart/dapr'
import { TopicAnswer } from '@micromart/dapr/protocol'
import { DomainError } from '@micromart/kernel'
import { type FakeSidecar, startFakeSidecar } from '../src/index.ts'
import { startRecordingApp } from './recording-app.ts'

// What tests rely on beyond what a real sidecar does; that part is in conformance.test.ts.

const aGet = { cartToken: undefined }

describe('the fake sidecar', () => {
  let fake: FakeSidecar
  let sidecar: Sidecar

  beforeEach(async () => {
    fake = await startFakeSidecar()
    const { grpcPort, httpPort } = fake
    sidecar = await connectSidecar({ grpcPort, httpPort, appId: 'order' })
  })
  afterEach(async () => {
    await sidecar[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })

  const cart = () => sidecar.client(CartServiceService, apps.cart)

  it('fills in what a stub leaves out', async () => {
    const lines = [{ sku: 'MUG', quantity: 2 }]
    fake.answer('cart', 'GetLines', () => ({ lines }))
    expect(await cart().getLines(aGet)).toEqual({
      cartId: '',
      cartKey: '',
      version: '',
      lines,
      takenOrderIds: [],
      mergedCartIds: [],
      remembers: 0,
    })
  })

  it('gives a stub the request, and keeps calls in order', async () => {
    fake.answer('cart', 'GetLines', ({ cartToken }) => ({ cartId: cartToken ?? 'none' }))
    fake.answer('cart', 'GetCart', async () => ({}))
    expect((await cart().getLines({ cartToken: 'guest' })).cartId).toBe('guest')
    await cart().getCart(aGet)
    expect(fake.calls()).toEqual(['cart.GetLines', 'cart.GetCart'])
    expect(fake.recorded('cart.GetLines')).toMatchObject([{ request: { cartToken: 'guest' } }])
    fake.forget()
    expect(fake.calls()).toEqual([])
  })

  it('refuses what no test allowed, and tells that it was tried', async () => {
    await expect(cart().getCart(aGet)).rejects.toMatchObject({ code: 'dependency_unavailable' })
    fake.answer('cart', 'GetLines', () => ({}))
    await expect(cart().getCart(aGet)).rejects.toMatchObject({
      cause: { code: status.UNIMPLEMENTED },
    })
    expect(fake.calls()).toEqual(['cart.GetCart', 'cart.GetCart'])
  })

  it('sends what a stub throws as a service would', async () => {
    fake.answer('cart', 'GetCart', () => {
      throw new DomainError('not_found', 'cart_not_found', { id: '7' })
    })
    await expect(cart().getCart(aGet)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'cart_not_found',
      params: { id: '7' },
    })
  })

  it("tells operators' RPCs of one name apart by their app, and lets a stub answer as frozen", async () => {
    fake.answer('cart', 'GetBacklog', () => ({ unsent: 1n }))
    fake.answer('order', 'GetBacklog', (_request, { replay }) => {
      replay()
      return { unsent: 2n }
    })
    const ask = async (app: 'cart' | 'order') => {
      const scope = { replayed: false }
      const backlog = sidecar.client(BacklogServiceService, app)
      const idempotency = { key: 'k', scope: 's', fingerprint: 'f' }
      const { unsent } = await runInContext(scope, () => backlog.getBacklog({}, { idempotency }))
      return [unsent, scope.replayed]
    }
    expect(await ask('cart')).toEqual([1n, false])
    expect(await ask('order')).toEqual([2n, true])
    expect(fake.calls()).toEqual(['cart.GetBacklog', 'order.GetBacklog'])
  })

  it('tells what went to the dead letters', async () => {
    using app = await startRecordingApp()
    fake.attach(app.port)
    const sent = { id: 'e-1', topic: 'order.paid.v1', aggregateId: 'o-1', payload: { a: 1 } }
    app.answers.push(TopicAnswer.DROP)
    await sidecar.publish(sent)
    await fake.deliverPublished()
    expect(fake.deadLettered()).toMatchObject([sent])
    expect(app.events.map(({ event }) => event.topic)).toEqual([sent.topic, 'dead.test.v1'])
  })

  it('names a stub that is itself wrong', async () => {
    fake.answer('cart', 'GetCart', () => {
      throw new TypeError('x is not a function')
    })
    await expect(cart().getCart(aGet)).rejects.toMatchObject({
      cause: { details: 'the stub threw: TypeError: x is not a function' },
    })
  })

  it('answers a stream from a stub that reads one', async () => {
    fake.answer('product', 'ImportProducts', async function* (requests) {
      let bytes = 0
      for await (const { part } of requests) if (part?.$case === 'chunk') bytes += part.value.length
      yield {
        rows: [],
        summary: { created: BigInt(bytes), updated: 0n, unchanged: 0n, failed: 0n },
      }
    })
    const stream = sidecar.stream(ProductServiceService, apps.product).importProducts()
    stream.write({ part: { $case: 'chunk', value: Buffer.alloc(10) } })
    stream.end({ part: { $case: 'chunk', value: Buffer.alloc(5) } })
    const created: unknown[] = []
    for await (const { summary } of stream) created.push(summary?.created)
    expect(created).toEqual([15n])
  })

  it('lets tests set and read state', async () => {
    fake.state.set('cart-1', { value: { lines: [] }, etag: '7' })
    expect(await sidecar.state.get('cart-1')).toEqual({ value: { lines: [] }, etag: '7' })
    await sidecar.state.save('cart-1', { lines: [1] }, { etag: '7', ttlSeconds: 60 })
    const entry = fake.state.get('cart-1')
    expect(entry?.value).toEqual({ lines: [1] })
    expect(Number(entry?.expiresAt)).toBeGreaterThan(Date.now() + 50_000)
  })
})
