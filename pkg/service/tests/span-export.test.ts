import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it } from '@jest/globals'
import { metricsText, startTelemetry } from '@micromart/service'
import { eventually, telemetryForTest } from '@micromart/testing'
import { trace } from '@opentelemetry/api'

type Request = { readonly url: string | undefined; readonly body: unknown }

const startReceiver = async (status: number) => {
  const requests: Request[] = []
  const server = createServer(async (request, response) => {
    requests.push({ url: request.url, body: await json(request) })
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.close()
    server.closeAllConnections()
  }
  return { requests, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}

const makeSpan = () => trace.getTracer('test').startSpan('GET /v1/cart').end()

const exported = async (outcome: string): Promise<string | undefined> => {
  const line = new RegExp(`^micromart_spans_exported_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm')
  return line.exec(await metricsText())?.[1]
}

describe('spans by OTLP', () => {
  it('go to the receiver and not to Zipkin, named after the app, and are counted', async () => {
    await using receiver = await startReceiver(200)
    await using zipkin = await startReceiver(202)
    const target = { otlpUrl: `${receiver.url}/`, zipkinUrl: zipkin.url }
    await using _telemetry = startTelemetry(telemetryForTest({ ratio: 1, ...target }))
    makeSpan()
    await eventually(async () => expect(await exported('exported')).toBe('1'))
    expect(zipkin.requests).toEqual([])
    expect(receiver.requests).toMatchObject([
      {
        url: '/v1/traces',
        body: {
          resourceSpans: [
            {
              resource: {
                attributes: expect.arrayContaining([
                  { key: 'service.name', value: { stringValue: 'test' } },
                ]),
              },
              scopeSpans: [{ spans: [{ name: 'GET /v1/cart' }] }],
            },
          ],
        },
      },
    ])
  })

  it('that the receiver refuses are counted as lost', async () => {
    await using receiver = await startReceiver(400)
    await using _telemetry = startTelemetry(telemetryForTest({ ratio: 1, otlpUrl: receiver.url }))
    makeSpan()
    await eventually(async () => expect(await exported('failed')).toBe('1'))
  })
})
