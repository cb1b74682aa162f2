import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { capture } from '../support/capture.ts'
import { addressOf, namespaces } from '../support/cluster.ts'
import { call, eventually } from '../support/shop.ts'
import { loginAs, newProduct, type Order } from '../support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const canary = (of: string) => `${of}${randomBytes(12).toString('hex')}`

/** A purchase of somebody whose name, address, password and goods are nobody else's. */
const buy = async (marks: Readonly<Record<'mail' | 'password' | 'name' | 'street', string>>) => {
  const email = `${marks.mail}@test.example`
  const { body } = await call<{ accessToken: string }>('POST', '/v1/auth/register', {
    body: { email, password: marks.password, name: marks.name },
  })
  const token = body.accessToken
  const { sku } = await newProduct(admin)
  await call('POST', '/v1/cart/items', { token, body: { sku, quantity: 1 } })
  const bought = await call<Order>('POST', '/v1/orders', {
    token,
    headers: { 'idempotency-key': canary('key') },
    body: {
      shippingAddress: {
        name: marks.name,
        line1: marks.street,
        city: 'Lyon',
        postalCode: '69001',
        country: 'FR',
      },
      payment: { method: 'card', token: 'tok_visa' },
    },
  })
  expect(bought.status).toBe(201)
  // Until the event has emptied the cart the purchase is still on the wire.
  const cart = () => call<{ items: unknown[] }>('GET', '/v1/cart', { token })
  await eventually(cart, ({ body: { items } }) => items.length === 0)
  return { token, sku }
}

describe('between pods', () => {
  it('nothing of a purchase can be read', async () => {
    const marks = {
      mail: canary('mail'),
      password: canary('password'),
      name: canary('name'),
      street: canary('street'),
    }
    const { bytes, result } = await capture(() => buy(marks))

    const secrets = { ...marks, token: result.token, sku: result.sku, card: 'tok_visa' }
    const readable = Object.entries(secrets).filter(([, text]) => bytes.includes(text))
    expect(readable).toEqual([])
  })

  it('all of its connections were looked at: edge, sidecars, stores, provider', async () => {
    const { result: _, flows } = await capture(() =>
      buy({ mail: canary('m'), password: canary('p'), name: 'A', street: 'B' }),
    )
    const of = (namespace: string, app: string) => addressOf(namespace, app)
    const wanted = [
      `${await of(namespaces.shop, 'gateway')}:8443`,
      ...(await Promise.all(
        ['product', 'user', 'cart', 'order', 'payment'].map(
          async (app) => `${await of(namespaces.shop, app)}:50002`,
        ),
      )),
      `${await of(namespaces.stores, 'mariadb')}:3306`,
      `${await of(namespaces.stores, 'redis')}:6379`,
      `${await of(namespaces.provider, 'provider')}:7207`,
    ]
    expect(wanted.filter((flow) => !flows.has(flow))).toEqual([])
  })
})
