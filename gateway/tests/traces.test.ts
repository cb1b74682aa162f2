import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { eventually } from '@micromart/testing'
import { aProduct } from './answers.ts'
import { type LogLine, recordingLog } from './recording-log.ts'
import { startForTest } from './start.ts'

type Span = { readonly traceId: string; readonly name: string; readonly kind: string }

/** Takes spans as Zipkin does. */
const startZipkin = async () => {
  const spans: Span[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    spans.push(...((await json(request)) as Span[]))
    response.writeHead(202).end()
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { spans, url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() }
}

describe('what is kept of traces', () => {
  const mine = 'ab'.repeat(16)
  let spans: readonly Span[]
  const lines: LogLine[] = []
  let polls: readonly (string | undefined)[]

  beforeAll(async () => {
    using zipkin = await startZipkin()
    const env = { ZIPKIN_URL: zipkin.url, TRACE_RATIO: '1' }
    const shop = await startForTest({ env, log: recordingLog(lines) })
    shop.sidecar.answer('product', 'GetProduct', () => ({ product: aProduct({ handle: 'tea' }) }))
    const asked = () => shop.sidecar.recorded('product.ChangesSince')
    await eventually(() => expect(asked().length).toBeGreaterThan(1))
    const read = (headers: Record<string, string>) => shop.http.get('/v1/products/tea').set(headers)
    await read({})
    await read({})
    await read({ traceparent: `00-${mine}-00f067aa0ba902b7-01` })
    polls = asked().map(({ traceparent }) => traceparent)
    await shop[Symbol.asyncDispose]() // and all spans are sent
    spans = [...zipkin.spans]
  })

  it('the poll of changes is in none: each question has a trace of its own, which nobody keeps', () => {
    expect(spans.filter(({ name }) => /changessince/i.test(name))).toEqual([])
    for (const sent of polls) expect(sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(new Set(polls).size).toBe(polls.length)
  })

  it('a hit has a span for who brings a trace; else only what filled it has', () => {
    const served = spans.filter(({ kind }) => kind === 'SERVER')
    expect(served).toHaveLength(2)
    expect(served.filter(({ traceId }) => traceId === mine)).toHaveLength(1)
  })

  it('the log has a line for each span of a request, by its route and never by its path', () => {
    const told = lines.filter(({ fields }) => fields['event'] === 'request.served')
    expect(told).toHaveLength(2)
    expect(told[1]?.fields).toEqual({
      event: 'request.served',
      httpMethod: 'GET',
      route: '/v1/products/{idOrHandle}',
      httpStatus: 200,
      outcome: 'ok',
      duration: expect.any(Number),
      requestId: expect.any(String),
      traceId: mine,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })
})

describe('a product service that restarts', () => {
  it('a read is asked once more, a write is not', async () => {
    await using shop = await startForTest()
    const away = () => Object.assign(new Error('gone'), { code: status.UNAVAILABLE })
    let isDown = true
    shop.sidecar.answer('product', 'ListProducts', () => {
      if (!isDown) return { items: [] }
      isDown = false
      throw away()
    })
    shop.sidecar.answer('product', 'AdjustStock', () => {
      throw away()
    })
    const read = await shop.http.get('/v1/products')
    const write = await shop.http
      .post('/v1/admin/stock/OIL')
      .set('Authorization', shop.token(['merchandiser']))
      .send({ delta: 1, reason: 'found' })
    expect([read.status, write.status]).toEqual([200, 503])
    const asked = ['product.ListProducts', 'product.ListProducts', 'product.AdjustStock']
    expect(shop.calls()).toEqual(asked)
  })
})
