import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { call, eventually } from './support/shop.ts'
import { loginAs, newMember } from './support/shopper.ts'

/** A place inside that nobody has a reason to ask for; it writes down who does. */
const bait = async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    asked,
    url: (of: string) => `http://127.0.0.1:${port}/latest/meta-data/${of}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

it('S56 no address that somebody writes down is ever asked for', async () => {
  await using inside = await bait()
  const admin = await loginAs('admin')
  const sku = `URL-${randomUUID()}`
  const variant = { sku, price: { amount: 100, currency: 'EUR' }, image: inside.url('variant') }
  const product = {
    title: `Picture ${sku}`,
    status: 'active',
    description: `<p><img src="${inside.url('html')}"><a href="${inside.url('link')}">x</a></p>`,
    images: [{ url: inside.url('image'), alt: 'x' }],
    variants: [variant],
  }
  const made = await call<{ handle: string }>('POST', '/v1/admin/products', {
    token: admin,
    body: product,
  })
  expect(made.status).toBe(201)
  const csv = [
    'Handle,Title,Variant SKU,Variant Price,Image Src,Variant Image',
    `url-${sku},Picture,CSV-${sku},1.00,${inside.url('csv')},${inside.url('csv-variant')}`,
    '',
  ].join('\n')
  const imported = await call<{ created: number }>('POST', '/v1/admin/products/import', {
    token: admin,
    headers: { 'content-type': 'text/csv' },
    body: csv,
  })
  expect(imported.body.created).toBe(1)
  const headers = {
    'x-forwarded-host': new URL(inside.url('')).host,
    referer: inside.url('referer'),
    origin: new URL(inside.url('')).origin,
  }
  const { token } = await newMember(headers)
  await call('PATCH', '/v1/me', { token, body: { name: inside.url('name') } })
  await call('POST', '/v1/webhooks/simulated', { body: { url: inside.url('webhook') } })
  // By the time that it is for sale, everything that hears of a product has heard of it.
  const shown = () => call('GET', `/v1/products/${made.body.handle}`, { headers })
  await eventually(shown, ({ status }) => status === 200)
  await call('GET', '/v1/admin/products/export', { token: admin })
  expect(inside.asked).toEqual([])
})
