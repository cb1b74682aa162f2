import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { ProductServiceService } from '@micromart/contracts/product'
import { connectSidecar, runInContext, type Sidecar } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { eventually, type FakeSidecar, freePort, startFakeSidecar } from '@micromart/testing'

const never = () => new Promise<never>(() => {})
const outage = () => {
  throw Object.assign(new Error('down'), { code: status.UNAVAILABLE, details: 'connection reset' })
}

describe('a call through the sidecar', () => {
  let fake: FakeSidecar
  let sidecar: Sidecar

  beforeEach(async () => {
    fake = await startFakeSidecar()
    const { grpcPort, httpPort } = fake
    sidecar = await connectSidecar({ grpcPort, httpPort, apiToken: 'own-sidecar', appId: 'order' })
  })
  afterEach(async () => {
    await sidecar[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })

  const cart = (options = {}) => sidecar.client(CartServiceService, apps.cart, options)
  const product = (options = {}) => sidecar.client(ProductServiceService, apps.product, options)
  const aGet = { cartToken: undefined }

  it("gives the caller's token to RPCs that decide by the user, and to no others", async () => {
    fake.answer('cart', 'GetCart', () => ({}))
    fake.answer('product', 'GetOffers', () => ({}))
    fake.answer('product', 'ListCategories', () => ({}))
    await runInContext({ token: 'jwt', requestId: 'r-7' }, async () => {
      await cart().getCart(aGet)
      await product().getOffers({ skus: [] })
      await product().listCategories({})
    })
    expect(fake.recorded()).toMatchObject([
      { name: 'cart.GetCart', token: 'jwt', requestId: 'r-7' },
      { name: 'product.GetOffers', token: undefined, requestId: 'r-7' },
      { name: 'product.ListCategories', token: undefined, requestId: 'r-7' },
    ])
  })

  it('proves itself to its sidecar', async () => {
    let given: string | undefined
    fake.answer('cart', 'GetCart', (_request, call) => {
      given = call.header('dapr-api-token')
      return {}
    })
    await cart().getCart(aGet)
    expect(given).toBe('own-sidecar')
  })

  it("S54 passes on the deadline of the request, of the method, or three seconds, whichever's first", async () => {
    const limits: number[] = []
    const note = (deadline: Date | undefined) => {
      limits.push(Math.ceil(((deadline?.getTime() ?? 0) - Date.now()) / 1_000))
      return {}
    }
    fake.answer('cart', 'GetCart', (_request, { deadline }) => note(deadline))
    await cart().getCart(aGet)
    await cart({ deadlines: { getCart: 6_000 } }).getCart(aGet)
    const deadline = new Date(Date.now() + 1_500)
    await runInContext({ deadline }, () => cart().getCart(aGet))
    expect(limits).toEqual([3, 6, 2])
  })

  it('gives up at its deadline, not knowing what happened', async () => {
    fake.answer('cart', 'GetCart', never)
    await expect(cart({ deadlines: { getCart: 100 } }).getCart(aGet)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'cart' },
      effectUnknown: true,
    })
  })

  it('is cancelled when the one it is made for has gone away', async () => {
    fake.answer('cart', 'GetCart', never)
    const gone = new AbortController()
    const call = runInContext({ signal: gone.signal }, () => cart().getCart(aGet))
    call.catch(() => {})
    await eventually(() => expect(fake.calls()).toEqual(['cart.GetCart']))
    gone.abort()
    await expect(call).rejects.toMatchObject({ code: 'call_cancelled', effectUnknown: true })
  })

  it('opens the breaker of one RPC on outages, and no other', async () => {
    fake.answer('cart', 'GetCart', outage)
    fake.answer('cart', 'GetLines', () => ({}))
    const { getCart, getLines } = cart()
    for (let call = 0; call < 20; call += 1) await getCart(aGet).catch(() => {})
    await expect(getCart(aGet)).rejects.toMatchObject({
      code: 'dependency_unavailable',
      params: { service: 'cart', retryAfter: expect.stringMatching(/^[1-5]$/) },
    })
    await getLines(aGet)
    expect(fake.calls()).toHaveLength(21) // the one refused never left
  })

  it("does not count a service's own refusals against it", async () => {
    const refusals = ['not_found', 'unavailable', 'internal', 'conflict'] as const
    let call = 0
    fake.answer('cart', 'GetCart', () => {
      throw new DomainError(refusals[(call += 1) % refusals.length] ?? 'internal', 'refused')
    })
    const { getCart } = cart()
    for (let asked = 0; asked < 60; asked += 1) await getCart(aGet).catch(() => {})
    expect(fake.calls()).toHaveLength(60)
  })

  it('is not repeated, unless its client says that every RPC may be', async () => {
    fake.answer('cart', 'GetCart', outage)
    await cart()
      .getCart(aGet)
      .catch(() => {})
    expect(fake.calls()).toHaveLength(1)
    await cart({ idempotent: true })
      .getCart(aGet)
      .catch(() => {})
    expect(fake.calls()).toHaveLength(3)
  })

  it("does not repeat a service's own refusal", async () => {
    fake.answer('cart', 'GetCart', () => {
      throw new DomainError('unavailable', 'busy')
    })
    const call = cart({ idempotent: true }).getCart(aGet)
    await expect(call).rejects.toMatchObject({ code: 'busy' })
    expect(fake.calls()).toHaveLength(1)
  })

  it('reads a stream of answers', async () => {
    fake.answer('product', 'ExportProducts', () => [
      { chunk: Buffer.from('a') },
      { chunk: Buffer.from('b') },
    ])
    const stream = sidecar.stream(ProductServiceService, apps.product)
    const parts: string[] = []
    for await (const part of stream.exportProducts({})) parts.push(String(part.chunk))
    expect(parts).toEqual(['a', 'b'])
  })

  it('publishes with id, subject and trace, and throws when it cannot', async () => {
    const event = { id: 'e-1', topic: 'order.paid.v1', aggregateId: 'o-1', payload: { a: 1 } }
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await sidecar.publish({ ...event, traceparent })
    expect(fake.published()).toEqual([{ ...event, traceparent }])
    fake.runtimeUp(false)
    await expect(sidecar.publish(event)).rejects.toMatchObject({
      kind: 'unavailable',
      params: { service: 'pubsub' },
    })
  })

  it('reads an outage of the state store as unavailable, never as a conflict or a miss', async () => {
    await sidecar.state.get('warm')
    fake.runtimeUp(false, { code: status.INTERNAL, details: 'dial tcp: connection refused' })
    const unavailable = { kind: 'unavailable', params: { service: 'state' } }
    await expect(sidecar.state.get('k')).rejects.toMatchObject(unavailable)
    const saved = sidecar.state.save('k', 1, { etag: undefined })
    await expect(saved).rejects.toMatchObject(unavailable)
  })

  it('says that a stopped sidecar is away within the deadline, and comes back with it', async () => {
    fake.answer('cart', 'GetCart', () => ({}))
    const { getCart } = cart()
    await getCart(aGet)
    const { grpcPort, httpPort } = fake
    await fake[Symbol.asyncDispose]()
    expect(await sidecar.outboundReady()).toBe(false)
    await eventually(() =>
      expect(getCart(aGet)).rejects.toMatchObject({ code: 'dependency_unavailable' }),
    )
    fake = await startFakeSidecar({ grpcPort, httpPort })
    fake.answer('cart', 'GetCart', () => ({}))
    await eventually(() => getCart(aGet))
  })
})

describe('at start', () => {
  it('waits for a sidecar that is not there yet, within the deadline', async () => {
    const [grpcPort, httpPort] = await Promise.all([freePort(), freePort()])
    await using sidecar = await connectSidecar({ grpcPort, httpPort, appId: 'order' })
    const call = sidecar.client(CartServiceService, apps.cart).getCart({ cartToken: undefined })
    const secret = sidecar.secret('mysql-order')
    await using fake = await startFakeSidecar({ grpcPort, httpPort })
    fake.answer('cart', 'GetCart', () => ({ cart: undefined }))
    fake.secret('mysql-order', 'mysql://...')
    expect(await call).toEqual({ cart: undefined })
    expect(await secret).toBe('mysql://...')
  })
})
