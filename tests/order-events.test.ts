import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { get as getSecurely } from 'node:https'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'

type Told = { readonly id: string | undefined; readonly event: string | undefined }

/** A stream of events as a browser reads it. */
const listen = async (path: string, headers: Record<string, string>) => {
  const url = new URL(path, shop.gateway)
  const ask = url.protocol === 'https:' ? getSecurely : get
  const request = ask(url, { headers, agent: false })
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  response.on('error', () => {})
  const told = (): Told[] =>
    [...text.matchAll(/^(?:id: (\d+)\n)?event: (.+)\ndata: \{.*\}$/gm)].map(([, id, event]) => ({
      id,
      event,
    }))
  return { status: response.statusCode, told, close: () => request.destroy() }
}

describe('the events of an order', () => {
  let admin: string

  const buy = async (cardToken: string) => {
    const { token } = await newMember()
    const { sku } = await newProduct(admin)
    await addToCart({ token }, sku)
    const { status, body } = await placeOrder({ token }, { cardToken })
    return { status, id: body.id, authorization: `Bearer ${token}`, token }
  }

  beforeAll(async () => {
    admin = await loginAs('admin')
  })

  it('tell of a payment that settles later, as it settles; a resumed stream tells what is new', async () => {
    const { status, id, authorization } = await buy('tok_pending')
    expect(status).toBe(202)
    const path = `/v1/orders/${id}/events`
    const reader = await listen(path, { authorization })
    expect(reader.status).toBe(200)
    const events = await eventually(
      async () => reader.told(),
      (told) => told.some(({ event }) => event === 'order.paid'),
      20_000,
    )
    const [first] = events
    const ids = events.map((told) => Number(told.id))
    expect(ids).toEqual(ids.toSorted((one, other) => one - other))
    const resumed = await listen(path, { authorization, 'last-event-id': String(first?.id) })
    const rest = await eventually(
      async () => resumed.told(),
      (told) => told.length >= events.length - 1,
    )
    expect(rest.slice(0, events.length - 1)).toEqual(events.slice(1))
    reader.close()
    resumed.close()
  })

  it('reach a hundred readers at once', async () => {
    const bought = await Promise.all(Array.from({ length: 10 }, () => buy('tok_visa')))
    const readers = await Promise.all(
      bought.flatMap(({ id, authorization }) =>
        Array.from({ length: 10 }, () => listen(`/v1/orders/${id}/events`, { authorization })),
      ),
    )
    expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]))
    await Promise.all(
      bought.map(({ id, token }) => call('POST', `/v1/orders/${id}/cancel`, { token })),
    )
    for (const reader of readers) {
      await eventually(
        async () => reader.told(),
        (told) => told.some(({ event }) => event === 'order.cancelled'),
        20_000,
      )
      reader.close()
    }
  })
})
