import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { apps, topics } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { startTelemetry, unary } from '@micromart/service'
import {
  eventually,
  type FakeSidecar,
  newTraceparent,
  readMetric,
  startFakeSidecar,
  telemetryForTest,
} from '@micromart/testing'
import { trace } from '@opentelemetry/api'
import { type CartForTest, keptLog, startCart } from './cart-for-test.ts'

type ZipkinSpan = {
  readonly traceId: string
  readonly id: string
  readonly parentId?: string
  readonly name: string
  readonly kind: string
  readonly localEndpoint: { readonly serviceName: string }
  readonly tags: { readonly [name: string]: string }
}

const startZipkin = async () => {
  const spans: ZipkinSpan[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url === '/api/v2/spans') {
      spans.push(...(JSON.parse(Buffer.concat(chunks).toString()) as ZipkinSpan[]))
    }
    response.writeHead(202).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.close()
    server.closeAllConnections()
  }
  return { spans, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}

const aGet = { cartToken: undefined }

describe('a request through gateway, sidecars and service', () => {
  const stack = new AsyncDisposableStack()
  let spans: ZipkinSpan[]
  let fake: FakeSidecar
  let sidecar: Sidecar
  let cart: CartForTest
  const inHandler: (string | undefined)[] = []
  const log = keptLog()

  beforeAll(async () => {
    const zipkin = stack.use(await startZipkin())
    spans = zipkin.spans
    stack.use(startTelemetry(telemetryForTest({ ratio: 1, zipkinUrl: zipkin.url })))
    const getCart = unary(async () => {
      inHandler.push(trace.getActiveSpan()?.spanContext().spanId)
      return { cart: undefined }
    })
    const handlers = { [topics.orderPaid]: async () => {} }
    cart = stack.use(await startCart({ getCart }, { topics: handlers, log }))
    fake = stack.use(await startFakeSidecar({ appId: apps.gateway }))
    fake.route(apps.cart, cart.running.port)
    fake.attach(cart.running.port)
    const { grpcPort, httpPort } = fake
    sidecar = stack.use(await connectSidecar({ grpcPort, httpPort, appId: apps.gateway }))
  })
  afterAll(async () => stack.disposeAsync())
  beforeEach(() => {
    spans.length = 0
    inHandler.length = 0
    log.lines.length = 0
  })

  const callCart = () =>
    trace.getTracer('test').startActiveSpan('GET /v1/cart', async (span) => {
      await sidecar.client(CartServiceService, apps.cart).getCart(aGet)
      span.end()
      return span.spanContext().traceId
    })

  it('is one trace, though the callee gets two traceparents', async () => {
    const traceId = await callCart()
    await eventually(() => expect(spans).toHaveLength(3))
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
    const [root, client, server] = ['GET /v1/cart', 'CLIENT', 'SERVER'].map((wanted) =>
      spans.find(({ name, kind }) => name === wanted || kind === wanted),
    )
    expect(client).toMatchObject({
      name: 'micromart.cart.v1.CartService/GetCart',
      parentId: root?.id,
    })
    expect(server?.tags).toMatchObject({ 'rpc.method': 'GetCart', 'rpc.grpc.status_code': '0' })
    // The last of the two is the sidecar's own span, which the fake makes up and does not report.
    expect(server?.parentId).toMatch(/^[\da-f]{16}$/)
    expect(server?.parentId).not.toBe(client?.id)
    expect(inHandler).toEqual([server?.id])
  })

  it('leaves nothing of a poll, neither here nor at the callee', async () => {
    const poll = sidecar.client(CartServiceService, apps.cart, { unsampled: true })
    await poll.getCart(aGet)
    expect(fake.recorded().at(-1)?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/)
    const traceId = await callCart() // its spans arrive after those of the poll would
    await eventually(() => expect(spans).toHaveLength(3))
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
  })

  it('goes on in the consumer of an event', async () => {
    const traceparent = newTraceparent()
    const [, traceId, parentId] = traceparent.split('-')
    await fake.deliver(topics.orderPaid, {}, { id: 'e-1', traceparent })
    await eventually(() => expect(spans).toHaveLength(1))
    expect(spans[0]).toMatchObject({
      traceId,
      parentId,
      kind: 'CONSUMER',
      name: 'order.paid.v1 process',
    })
  })

  it('has a line in the log for the RPC and for the event, and none for a poll', async () => {
    const poll = sidecar.client(CartServiceService, apps.cart, { unsampled: true })
    await poll.getCart(aGet)
    const traceId = await callCart()
    await fake.deliver(topics.orderPaid, {}, { id: 'e-2', traceparent: newTraceparent() })
    const rpc = '/micromart.cart.v1.CartService/GetCart'
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      {
        event: 'rpc.served',
        rpc,
        grpcCode: 'OK',
        outcome: 'ok',
        duration: expect.any(Number),
        traceId,
        spanId: inHandler.at(-1),
      },
      {
        event: 'event.handled',
        topic: topics.orderPaid,
        eventId: 'e-2',
        outcome: 'success',
        duration: expect.any(Number),
      },
    ])
  })

  it('is counted and timed', async () => {
    await callCart()
    const { httpPort } = cart.running
    const labels = { rpc_method: '/micromart.cart.v1.CartService/GetCart', grpc_code: 'OK' }
    const served = 'rpc_server_request_duration_seconds_count'
    expect(await readMetric(httpPort, served, labels)).toBeGreaterThan(0)
    const called = 'dapr_client_request_duration_seconds_count'
    const outgoing = { target: 'cart', operation: 'GetCart', outcome: 'ok' }
    expect(await readMetric(httpPort, called, outgoing)).toBeGreaterThan(0)
    const consumed = { topic: topics.orderPaid, outcome: 'success' }
    expect(await readMetric(httpPort, 'micromart_events_consumed_total', consumed)).toBe(2)
    expect(await readMetric(httpPort, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  })
})
