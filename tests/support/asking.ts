import { randomUUID } from 'node:crypto'
import { apps, topics } from '@micromart/contracts'
import type { Caller } from './callers.ts'
import { type Operation, sampleOf } from './operations.ts'
import { publish } from './rpcs.ts'
import { call, eventually, shop } from './shop.ts'
import { addToCart, newMember, newProduct, placeOrder } from './shopper.ts'

export const absent = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'

export const address = {
  name: 'Ada Shopper',
  line1: '1 Test Street',
  city: 'Lyon',
  postalCode: '69001',
  country: 'FR',
}

/** What requests are about: the owner's things, and those that staff may do something to. */
export type Things = {
  readonly admin: string
  readonly addressId: string
  /** The owner's, and not the one that asks. */
  readonly sessionId: string
  readonly orderId: string
  readonly sku: string
  /** On the shelf where staff count. */
  readonly countedSku: string
  /** Somebody else's paid order, whose goods are off the shelf. */
  readonly staffOrderId: string
  readonly accountId: string
  readonly letters: readonly string[]
}

const boughtBy = async (token: string, sku: string): Promise<string> => {
  await addToCart({ token }, sku)
  const { status, body, text } = await eventually(
    () => placeOrder({ token }),
    (answer) => answer.status !== 503, // busy: nothing was bought
  )
  if (status !== 201) throw new Error(`order: ${status} ${text}`)
  return body.id
}

type Entries = { readonly items: readonly { readonly event: string }[] }

const claimed = (token: string, id: string) =>
  eventually(
    () => call<Entries>('GET', `/v1/orders/${id}/timeline`, { token }),
    ({ body }) => body.items.some(({ event }) => event === 'stock.claimed'),
  )

/** Tells order of a payment in words that it cannot understand: the event ends as a letter on its desk. */
const deadLetter = async (admin: string): Promise<string> => {
  const id = randomUUID()
  const { code, details } = await publish(apps.payment, topics.paymentSettled, { orderId: 7 }, id)
  if (code !== 'OK') throw new Error(`publish: ${code} ${details}`)
  const path = `/v1/admin/dead-letters/order:${id}`
  await eventually(
    () => call('GET', path, { token: admin }),
    ({ status }) => status === 200,
    30_000,
  )
  return `order:${id}`
}

type Sessions = { readonly items: readonly { readonly id: string; readonly current: boolean }[] }

const otherSession = async (token: string): Promise<string> => {
  const { body } = await call<Sessions>('GET', '/v1/me/sessions', { token })
  const other = body.items.find(({ current }) => !current)
  if (!other) throw new Error('the owner has no other session')
  return other.id
}

export const prepareThings = async (admin: string, owner: Caller): Promise<Things> => {
  const token = owner.token ?? ''
  const { sku } = await newProduct(admin, { stock: 100 })
  const { sku: countedSku } = await newProduct(admin)
  const saved = await call<{ id: string }>('POST', '/v1/me/addresses', { token, body: address })
  const buyer = await newMember()
  const staffOrderId = await boughtBy(buyer.token, sku)
  const orderId = await boughtBy(token, sku)
  await claimed(buyer.token, staffOrderId)
  await claimed(token, orderId)
  await addToCart({ token }, sku)
  const letters = await Promise.all([deadLetter(admin), deadLetter(admin)])
  const account = await call<{ id: string }>('GET', '/v1/me', { token: buyer.token })
  const accountId = account.body.id
  const addressId = saved.body.id
  const sessionId = await otherSession(token)
  const bought = { orderId, sku, countedSku, staffOrderId }
  return { admin, addressId, sessionId, ...bought, accountId, letters }
}

type Parts = {
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const unique = (prefix: string): string => `${prefix} ${randomUUID().slice(0, 13)}`

const etagOf = async ({ admin, accountId }: Things) => {
  const url = `/v1/admin/users/${accountId}`
  const { headers, body } = await call<{ roles: string[] }>('GET', url, { token: admin })
  const roles = body.roles.includes('support') ? ['customer'] : ['customer', 'support']
  return { headers: { 'if-match': headers.get('etag') ?? '' }, body: { roles } }
}

const own = ({ orderId: id }: Things): Parts => ({ params: { id } })
const staff = ({ staffOrderId: id }: Things): Parts => ({ params: { id } })
const shelf = ({ sku }: Things): Parts => ({ params: { sku } })
const letter =
  (index: number) =>
  ({ letters }: Things): Parts => ({ params: { id: letters[index] ?? '' } })

const aProduct = async ({ admin }: Things): Promise<Parts> => ({
  params: { id: (await newProduct(admin)).id },
})

const clientMetadata = () => ({
  name: unique('Matrix'),
  scopes: ['catalog:write'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
})

const aClient = async ({ admin: token }: Things) => {
  const body = clientMetadata()
  const made = await call<{ id: string }>('POST', '/v1/admin/clients', { token, body })
  return { params: { id: made.body.id } }
}

/** What the document cannot tell: whose ids, and bodies that do something. The rest of a request is made of its schema. */
const known: Readonly<Record<string, (things: Things) => Parts | Promise<Parts>>> = {
  'POST /v1/me/addresses': () => ({ body: address }),
  'PUT /v1/me/addresses/{id}': ({ addressId: id }) => ({ params: { id }, body: address }),
  'DELETE /v1/me/addresses/{id}': ({ addressId: id }) => ({ params: { id } }),
  'DELETE /v1/me/sessions/{id}': ({ sessionId: id }) => ({ params: { id } }),
  'POST /v1/cart/items': ({ sku }) => ({ body: { sku, quantity: 1 } }),
  'PATCH /v1/cart/items/{sku}': shelf,
  'DELETE /v1/cart/items/{sku}': shelf,
  'POST /v1/orders': () => ({
    body: {
      shippingAddress: address,
      payment: { method: 'card', token: 'tok_visa' },
      email: 'guest@test.example',
    },
  }),
  'GET /v1/orders/{id}': own,
  'GET /v1/orders/{id}/timeline': own,
  'POST /v1/orders/{id}/cancel': own,
  'POST /v1/orders/{id}/payment': own,
  'GET /v1/orders/{id}/events': own,
  'POST /v1/admin/products': () => ({
    body: {
      title: unique('Matrix'),
      variants: [{ sku: unique('SKU'), price: { amount: 100, currency: 'EUR' } }],
    },
  }),
  'GET /v1/admin/products/{id}': aProduct,
  'PATCH /v1/admin/products/{id}': async (things) => ({
    ...(await aProduct(things)),
    body: { brand: unique('Brand') },
  }),
  'DELETE /v1/admin/products/{id}': aProduct,
  'POST /v1/admin/products/import': () => ({
    body: `Handle,Title,Variant SKU,Variant Price\nmatrix-${randomUUID()},Matrix,${unique('SKU')},1.00\n`,
  }),
  'POST /v1/admin/categories': () => ({ body: { title: unique('Matrix') } }),
  'GET /v1/admin/stock/{sku}': ({ countedSku: sku }) => ({ params: { sku } }),
  'POST /v1/admin/stock/{sku}': ({ countedSku: sku }) => ({
    params: { sku },
    body: { delta: 1, reason: 'Found' },
  }),
  'GET /v1/admin/orders/{id}': staff,
  'GET /v1/admin/orders/{id}/refunds': staff,
  'POST /v1/admin/orders/{id}/refunds': (things) => ({
    ...staff(things),
    body: { amount: { amount: 1, currency: 'EUR' }, reason: 'Scratched' },
  }),
  'POST /v1/admin/orders/{id}/ship': staff,
  'POST /v1/admin/orders/{id}/deliver': staff,
  'GET /v1/admin/users/{id}': ({ accountId: id }) => ({ params: { id } }),
  'PUT /v1/admin/users/{id}/roles': async (things) => ({
    params: { id: things.accountId },
    ...(await etagOf(things)),
  }),
  'POST /v1/admin/clients': () => ({ body: clientMetadata() }),
  'GET /v1/admin/clients/{id}': aClient,
  'PUT /v1/admin/clients/{id}': async (things) => ({
    ...(await aClient(things)),
    body: { name: unique('Matrix'), scopes: ['catalog:write'] },
  }),
  'POST /v1/admin/clients/{id}/secret': async (things) => ({
    ...(await aClient(things)),
    body: { keepSeconds: 60 },
  }),
  'DELETE /v1/admin/clients/{id}': aClient,
  'GET /v1/admin/dead-letters/{id}': letter(0),
  'POST /v1/admin/dead-letters/{id}/replay': letter(0),
  'DELETE /v1/admin/dead-letters/{id}': letter(1),
}

const usual: Readonly<Record<string, () => string>> = {
  'if-match': () => '*',
  'idempotency-key': randomUUID,
}

export type Asking = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A request that passes validation, so that the decision about its caller is really reached. */
export const askingFor = async (
  { name, path, headers, body }: Operation,
  things: Things,
  ids: Readonly<Record<string, string>> = {},
): Promise<Asking> => {
  const parts: Parts = (await known[name]?.(things)) ?? {}
  const params = { ...parts.params, ...ids }
  const url = path.replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    encodeURIComponent(params[part] ?? absent),
  )
  const wanted = headers.flatMap((header) => {
    const value = usual[header]?.()
    return value === undefined ? [] : [[header, value]]
  })
  const content = parts.body ?? (body && sampleOf(body.schema))
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return {
    url,
    headers: {
      ...Object.fromEntries(wanted),
      ...parts.headers,
      ...(body && { 'content-type': body.mediaType }),
    },
    body: body && text,
  }
}

export type Answered = {
  readonly status: number
  readonly requestId: string
  readonly body: Readonly<Record<string, unknown>>
}

const sendOnce = async (
  { method }: Operation,
  { url, headers, body }: Asking,
  token: string | undefined,
): Promise<Answered> => {
  const gone = new AbortController()
  const answer = await fetch(new URL(url, shop.gateway), {
    method,
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(90_000)]),
  })
  const type = answer.headers.get('content-type') ?? ''
  const isJson = type.includes('json')
  const text = type.includes('event-stream') ? '' : await answer.text()
  gone.abort()
  return {
    status: answer.status,
    requestId: answer.headers.get('x-request-id') ?? '',
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}

/** Sends it, and reads the answer if it is one that ends. Busy is no decision: then it asks again. */
export const send = (...of: Parameters<typeof sendOnce>): Promise<Answered> =>
  eventually(
    () => sendOnce(...of),
    ({ status }) => status !== 503,
  )
