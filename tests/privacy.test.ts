import { beforeAll, describe, expect, it } from '@jest/globals'
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { readMailbox } from '@micromart/testing'
import { Secret, TOTP } from 'otpauth'
import { formsOf, type Homes, leaks, livedIn, type Secrets } from './support/leaks.ts'
import { keys, logs, rows, spans } from './support/remains.ts'
import { call, eventually, secret, shop } from './support/shop.ts'
import { addToCart, loginAs, newProduct, type Order, placeOrder } from './support/shopper.ts'

/** What must not be found, or nowhere but in its homes; each a text that nothing else could hold by chance. */
const canary = randomUUID().slice(0, 8)
const said = {
  'card token': `tok_${canary}`,
  'card number': '4242424242424242',
  password: `correct horse ${canary}`,
  'wrong password': `wrong horse ${canary}`,
  'member e-mail': `member.${canary}@test.example`,
  'guest e-mail': `guest.${canary}@test.example`,
  name: `Shopper ${canary}`,
  'recipient name': `Recipient ${canary}`,
  street: `1 ${canary} Street`,
  city: `City ${canary}`,
}

const kept = 'the answer that a repeat of the key gets, 48 hours; erased with the account'
const goods = 'where the goods go; erased with the account'

/**
 * The homes of personal data: what may be found where, and why. All else is a leak; so are tokens, passwords and
 * cards anywhere at all.
 */
const homes: Homes<keyof typeof said> = [
  [/^user\.account\.(email|email_key)$/, ['member e-mail'], 'the account'],
  [/^user\.account\.name$/, ['name'], 'the account'],
  [/^user\.address\.\w+$/, ['recipient name', 'street', 'city'], 'the address book'],
  [/^user\.idempotency_keys\.answer$/, ['recipient name', 'street', 'city'], kept],
  [/^order\.orders\.email$/, ['member e-mail', 'guest e-mail'], 'whom the order is told'],
  [/^order\.orders\.ship_to$/, ['recipient name', 'street', 'city'], goods],
]

const shippingAddress = {
  name: said['recipient name'],
  line1: said.street,
  city: said.city,
  postalCode: '69001',
  country: 'FR',
}

const traceId = randomBytes(16).toString('hex')
const began = Date.now()
let admin: string
let tokens: Secrets

type Tokens = { readonly accessToken: string; readonly refreshToken: string }

const living = async (): Promise<Tokens> => {
  const account = { email: said['member e-mail'], password: said.password }
  await call('POST', '/v1/auth/register', { body: { ...account, name: said.name } })
  const wrong = { ...account, password: said['wrong password'] }
  expect((await call('POST', '/v1/auth/login', { body: wrong })).status).toBe(401)
  const { status, body } = await call<Tokens>('POST', '/v1/auth/login', { body: account })
  expect(status).toBe(200)
  const headers = { 'idempotency-key': randomUUID() }
  const token = body.accessToken
  const book = await call('POST', '/v1/me/addresses', { token, headers, body: shippingAddress })
  expect(book.status).toBe(201)
  return body
}

const memberBuys = async (token: string, sku: string): Promise<void> => {
  const buy = async (cardToken: string, more: Record<string, unknown> = {}) => {
    await addToCart({ token }, sku)
    return placeOrder({ token }, { cardToken, shippingAddress, ...more })
  }
  expect((await buy(said['card token'])).status).toBe(402) // the provider has never issued it
  expect((await buy(said['card number'])).status).toBe(400)
  const challenged = await buy('tok_3ds')
  expect(challenged.status).toBe(202)
  const proceed = `/v1/orders/${challenged.body.id}/payment`
  expect((await call('POST', proceed, { token, body: {} })).status).toBe(200)
  const bought = await buy('tok_visa')
  expect(bought.status).toBe(201)
  const refund = { amount: { amount: 500, currency: 'EUR' }, reason: 'a scratch' }
  const headers = { 'idempotency-key': randomUUID() }
  const refunds = `/v1/admin/orders/${bought.body.id}/refunds`
  expect((await call('POST', refunds, { token: admin, headers, body: refund })).status).toBe(201)
}

const guestBuys = async (sku: string): Promise<Secrets> => {
  const { cartToken } = await addToCart({}, sku)
  const headers = {
    'x-cart-token': cartToken,
    'idempotency-key': randomUUID(),
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
  }
  const payment = { method: 'card', token: 'tok_visa' }
  const body = { email: said['guest e-mail'], shippingAddress, payment }
  const answer = await call<Order>('POST', '/v1/orders', { headers, body })
  expect(answer.status).toBe(201)
  const orderToken = answer.body.orderToken!
  const read = { headers: { 'x-order-token': orderToken } }
  expect((await call('GET', `/v1/orders/${answer.body.id}`, read)).status).toBe(200)
  return { 'cart token': cartToken, 'order token': orderToken }
}

/** A notice with personal data in it, as providers send more than they must: once forged, once signed. */
const webhook = async (): Promise<void> => {
  const data = { object: { email: said['member e-mail'], token: said['card token'] } }
  const notice = { id: `evt_${randomUUID()}`, type: 'charge.succeeded', created: 0, data }
  const body = JSON.stringify(notice)
  const seconds = Math.floor(Date.now() / 1_000)
  const [key = ''] = secret('provider-webhook-key').split(',')
  for (const by of ['guessed', key]) {
    const v1 = createHmac('sha256', by).update(`${seconds}.${body}`).digest('hex')
    const headers = { 'provider-signature': `t=${seconds},v1=${v1}` }
    await call('POST', '/v1/webhooks/simulated', { headers, body })
  }
}

/** The mailbox and the second factor of the member, who then does without it again. */
const secured = async (token: string): Promise<Secrets> => {
  const email = said['member e-mail']
  await call('POST', '/v1/auth/password-reset', { body: { email } })
  const both = ({ length }: { length: number }) => length === 2
  const [verification, reset] = await eventually(() => readMailbox(shop.mailbox, email), both)
  const begun = await call<{ secret: string }>('POST', '/v1/me/totp', { token })
  const { secret: base32 } = begun.body
  const code = new TOTP({ secret: Secret.fromBase32(base32) }).generate()
  const confirm = { token, body: { code } }
  const { body } = await call<{ recoveryCodes: string[] }>('POST', '/v1/me/totp/confirm', confirm)
  const [recovery = '', another = ''] = body.recoveryCodes
  const off = { token, body: { password: said.password, code: recovery } }
  expect((await call('DELETE', '/v1/me/totp', off)).status).toBe(204)
  await call('POST', '/v1/auth/verify-email', { body: { token: verification?.token } })
  return {
    'verification link': verification?.token ?? '',
    'reset link': reset?.token ?? '',
    'TOTP secret': base32,
    'recovery code': another,
    'used recovery code': recovery.replaceAll('-', ''),
  }
}

beforeAll(async () => {
  admin = await loginAs('admin')
  const { sku } = await newProduct(admin)
  const { accessToken, refreshToken } = await living()
  await memberBuys(accessToken, sku)
  await webhook()
  const flows = await secured(accessToken)
  tokens = { accessToken, refreshToken, ...flows, ...(await guestBuys(sku)) }
}, 120_000)

const all = (): Secrets => ({ ...said, ...tokens })

describe('what a run leaves behind', () => {
  it('is searched so that a secret is found wherever it stands, and however', () => {
    for (const [what, text] of Object.entries(all())) {
      for (const form of formsOf(text)) {
        const remains = [
          { place: 'log cart.log', text: `{"log.level":"info","message":"${form}"}` },
        ]
        expect(leaks(remains, all(), homes)).toContain(`log cart.log: ${what}`)
      }
    }
    const elsewhere = [{ place: 'payment.payments.email', text: said['guest e-mail'] }]
    expect(leaks(elsewhere, all(), homes)).toEqual(['payment.payments.email: guest e-mail'])
    const atHome = [{ place: 'order.orders.email', text: said['guest e-mail'] }]
    expect(leaks(atHome, all(), homes)).toEqual([])
  })

  const traced = shop.zipkin ? it : it.skip
  if (!shop.zipkin) process.stderr.write('skipped: no Zipkin runs here (Java 17 or ZIPKIN_URL)\n')

  traced('no span holds a secret or a shopper', async () => {
    const last = () =>
      fetch(`${shop.zipkin}/api/v2/trace/${traceId}`).then((answer) => answer.text())
    await eventually(
      last,
      (text) => /"cart"[^]*order\.paid|order\.paid[^]*"cart"/.test(text),
      30_000,
    )
    const found = await spans(began)
    expect(found.length).toBeGreaterThan(5)
    expect(leaks(found, all(), homes)).toEqual([])
  })

  it('no log of an app, a sidecar or the provider does', () => {
    const found = logs()
    const places = found.map(({ place }) => place).join(' ')
    for (const app of Object.keys(shop.ports)) expect(places).toContain(app)
    expect(found.some(({ text }) => text.includes('security.webhook_signature'))).toBe(true)
    expect(leaks(found, all(), homes)).toEqual([])
  })

  it('no event, cart or counter in Redis does', async () => {
    const found = await keys()
    expect(found.map(({ place }) => place)).toContain('stream order.paid.v1')
    expect(leaks(found, all(), homes)).toEqual([])
  })

  it('no column of a database does, outside the homes of personal data', async () => {
    const found = await rows()
    expect(found.map(({ place }) => place)).toContain('order.outbox.payload')
    expect(leaks(found, all(), homes)).toEqual([])
    // Each home is lived in, or it is none.
    expect(livedIn(found, all(), homes)).toEqual(homes)
  })
})
