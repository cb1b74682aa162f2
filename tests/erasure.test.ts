import { beforeAll, describe, expect, it } from '@jest/globals'
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import { readMailbox } from '@micromart/testing'
import { Secret, TOTP } from 'otpauth'
import { type Connected, connected, form } from './support/connected.ts'
import { type Homes, leaks, livedIn, type Secrets } from './support/leaks.ts'
import { keys, logs, rows, spans } from './support/remains.ts'
import { type Answer, call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newProduct, type Order, placeOrder } from './support/shopper.ts'

/** What a whole life in the shop tells it; each a text that nothing else could hold by chance. */
const canary = randomUUID().slice(0, 8)
const said = {
  'e-mail': `member.${canary}@test.example`,
  password: `correct horse ${canary}`,
  'wrong password': `wrong horse ${canary}`,
  name: `Shopper ${canary}`,
  recipient: `Recipient ${canary}`,
  street: `1 ${canary} Street`,
  city: `City ${canary}`,
  phone: `+336${randomInt(10_000_000, 99_999_999)}`,
  browser: `Browser-${canary}/1.0`,
  'tracking code': `TRK-${canary}`,
  'words of staff': `Shopper ${canary} called: a scratch`,
}
const failureDigest = createHash('sha256').update(said['e-mail']).digest('hex')

/** What names nobody once the account is gone, and is needed: the account's id. Where, why, until when. */
const idStays: Homes<'account id'> = [
  [/^user\.account\.id$/, ['account id'], 'an id is given once'],
  [/^user\.erasure\.account_id$/, ['account id'], 'the erasure itself; three years'],
  [/^order\.orders\.(user_id|cart_key)$/, ['account id'], 'books of orders; as tax law asks'],
  [/^order\.order_keys\.principal$/, ['account id'], 'one key, one order; three days'],
  [/^order\.erased_users\.user_id$/, ['account id'], 'the last token lives minutes; a day'],
  [/^user\.audit_entries\.(actor_id|object_id)$/, ['account id'], 'who erased whom; for good'],
  [/^user\.outbox\.(aggregate_id|payload)$/, ['account id'], 'events sent; a day'],
  [/^order\.outbox\.payload$/, ['account id'], 'events sent; a day'],
  [/^stream (user|order)\.\w+\.v1$/, ['account id'], 'events; until 100,000 newer ones'],
  [/^redis cart$/, ['account id'], 'that the cart is closed; 30 days'],
  [/^redis gw$/, ['account id'], 'counting requests; a minute'],
  [/^log /, ['account id'], 'operation; as long as logs are kept'],
]

/** What goes by itself, soon: the tests named here see it go. */
const soonGone: Homes<'tracking code' | 'digest of the e-mail'> = [
  // services/order/tests/erasure.test.ts
  [/^order\.idempotency_keys\.answer$/, ['tracking code'], 'a repeat of shipping; 48 hours'],
  // services/user/tests/erasure.test.ts
  [/^user\.login_failure\.digest$/, ['digest of the e-mail'], 'guesses; a quarter of an hour'],
]

const stays: Homes = [...idStays, ...soonGone]

type Tokens = { readonly accessToken: string; readonly refreshToken: string }
type Life = {
  readonly id: string
  readonly token: string
  readonly secrets: Secrets
  readonly orders: readonly string[]
  readonly connected: Connected
}

const headers = () => ({ 'idempotency-key': randomUUID(), 'user-agent': said.browser })

const account = { email: said['e-mail'], password: said.password }
const login = (more: object) =>
  call<Tokens>('POST', '/v1/auth/login', { headers: headers(), body: { ...account, ...more } })

/** Registers, switches the second factor on, logs in with it, and writes an address down. */
const joined = async () => {
  const made = await call<Tokens & { user: { id: string } }>('POST', '/v1/auth/register', {
    headers: headers(),
    body: { ...account, name: said.name },
  })
  expect(made.status).toBe(201)
  const token = made.body.accessToken
  const factor = await call<{ secret: string }>('POST', '/v1/me/totp', { token })
  const code = new TOTP({ secret: Secret.fromBase32(factor.body.secret) }).generate()
  const confirm = { token, body: { code } }
  const confirmed = await call<{ recoveryCodes: string[] }>('POST', '/v1/me/totp/confirm', confirm)
  const [used = '', another = '', unused = ''] = confirmed.body.recoveryCodes
  const inside = await login({ totp: used })
  expect(inside.status).toBe(200)
  const [mail] = await eventually(
    () => readMailbox(shop.mailbox, said['e-mail']),
    ({ length }) => length > 0,
  )
  return {
    token: inside.body.accessToken,
    code: another,
    secrets: {
      'access token': inside.body.accessToken,
      'refresh token': inside.body.refreshToken,
      'secret of the second factor': factor.body.secret,
      'recovery code': unused,
      'token of a link': mail?.token ?? 'none',
    },
  }
}

const shippingAddress = {
  name: said.recipient,
  line1: said.street,
  city: said.city,
  postalCode: '69001',
  country: 'FR',
  phone: said.phone,
}

const buys = async (token: string, sku: string, cardToken = 'tok_visa') => {
  await addToCart({ token }, sku)
  const answer = await placeOrder({ token }, { cardToken, shippingAddress })
  expect([201, 202]).toContain(answer.status)
  return answer.body.id
}

const done = (answer: Answer<unknown>) => expect([200, 201, answer.text]).toContain(answer.status)

/** Ships an order, once its goods are claimed, and gives a part of the money back. */
const served = async (admin: string, id: string) => {
  const at = `/v1/admin/orders/${id}`
  const own = () => ({ 'idempotency-key': randomUUID() }) // in a browser of the staff's
  const parcel = { carrier: 'DHL', trackingCode: said['tracking code'] }
  const ship = { token: admin, headers: own(), body: parcel }
  await eventually(
    () => call('POST', `${at}/ship`, ship),
    ({ status }) => status === 200,
  )
  const wish = { amount: { amount: 500, currency: 'EUR' }, reason: said['words of staff'] }
  const refund = { token: admin, headers: own(), body: wish }
  done(await call('POST', `${at}/refunds`, refund))
}

const lived = async (): Promise<Life> => {
  const admin = await loginAs('admin')
  const { sku } = await newProduct(admin)
  const { token, secrets, code } = await joined()
  done(await call('POST', '/v1/me/addresses', { token, headers: headers(), body: shippingAddress }))
  const shipped = await buys(token, sku)
  await served(admin, shipped)
  const proven = await buys(token, sku, 'tok_3ds')
  done(await call('POST', `/v1/orders/${proven}/payment`, { token, body: {} }))
  const waiting = await buys(token, sku)
  await addToCart({ token }, sku)
  expect((await login({ password: said['wrong password'] })).status).toBe(401)
  const member = { ...account, recoveryCode: code, userAgent: said.browser }
  const app = await connected(admin, `App ${canary}`, member)
  const { body: me } = await call<{ id: string }>('GET', '/v1/me', { token })
  const orders = [shipped, proven, waiting]
  return { id: me.id, token, secrets: { ...secrets, ...app.secrets }, orders, connected: app }
}

type Erasure = {
  readonly status: string
  readonly parts: readonly { app: string; erased: Record<string, number>; kept: string[] }[]
  readonly receipt: string
  readonly key: Record<string, string>
}

let life: Life
let copy: string
let begun: Answer<unknown>
let erasure: Erasure
const from = Date.now()

beforeAll(async () => {
  life = await lived()
  copy = (await call('GET', '/v1/me/export', { token: life.token })).text
  begun = await call('DELETE', '/v1/me', { token: life.token })
  const told = { headers: { 'x-erasure-token': begun.headers.get('x-erasure-token') ?? '' } }
  const ended = await eventually(
    () => call<Erasure>('GET', begun.headers.get('location') ?? '', told),
    ({ body }) => body.status === 'done',
    90_000,
  )
  erasure = ended.body
}, 180_000)

const sought = (): Secrets => ({
  ...said,
  ...life.secrets,
  'account id': life.id,
  'digest of the e-mail': failureDigest,
})

describe('a whole life in the shop', () => {
  it('is in the copy that its owner gets, but for what opens doors', () => {
    const { password, 'wrong password': wrong, ...told } = said
    const holds = Object.entries(told).filter(([, text]) => copy.includes(text))
    expect(holds.map(([what]) => what)).toEqual(Object.keys(told))
    for (const id of life.orders) expect(copy).toContain(id)
    const { clientId: id } = life.connected
    expect(JSON.parse(copy)).toMatchObject({
      sessions: expect.arrayContaining([
        expect.objectContaining({
          client: { id, name: `App ${canary}`, scopes: life.connected.scopes },
        }),
      ]),
    })
    const doors = { password, wrong, ...life.secrets }
    expect(leaks([{ place: 'copy', text: copy }], doors)).toEqual([])
  })

  it('is erased by every service, and a receipt says so that the shop has signed', async () => {
    expect([begun.status, begun.text]).toEqual([204, ''])
    expect(Object.fromEntries(erasure.parts.map(({ app, erased }) => [app, erased]))).toEqual({
      user: expect.objectContaining({ accounts: 1, addresses: 1, sessions: 4 }),
      order: { orders: 3 },
      cart: { carts: 1 },
    })
    const key = await importJWK(erasure.key, 'ES256')
    const { payload } = await jwtVerify(erasure.receipt, key, { typ: 'erasure-receipt+jwt' })
    expect(payload['parts']).toHaveLength(3)
    const { body: jwks } = await call<{ keys: [] }>('GET', '/oauth2/jwks')
    await jwtVerify(erasure.receipt, createLocalJWKSet(jwks))
    const stranger = await call('GET', begun.headers.get('location') ?? '')
    expect(stranger.status).toBe(404)
    expect(leaks([{ place: 'receipt', text: JSON.stringify(erasure) }], sought())).toEqual([])
  })

  it('closes its account, its sessions and its cart', async () => {
    expect((await login({})).status).toBe(401)
    const { token } = life
    const refreshed = { body: { refreshToken: life.secrets['refresh token'] } }
    const closed = await Promise.all([
      call('POST', '/v1/auth/refresh', refreshed),
      call('GET', '/v1/me', { token }),
      call('POST', '/v1/cart/items', { token, body: { sku: 'T-1', quantity: 1 } }),
      placeOrder({ token }),
    ])
    expect(closed.map(({ status }) => status)).toEqual([401, 401, 401, 401])
  })

  it('ends what it let an application do, and the browser that it was signed in with', async () => {
    const { secrets, connected: app } = life
    const refreshed = await form('/oauth2/token', {
      grant_type: 'refresh_token',
      client_id: app.clientId,
      refresh_token: secrets['refresh token of an application'] ?? '',
    })
    expect([refreshed.status, await refreshed.json()]).toMatchObject([
      400,
      { error: 'invalid_grant' },
    ])
    const bearer = { authorization: `Bearer ${secrets['access token of an application'] ?? ''}` }
    const told = await fetch(new URL('/oauth2/userinfo', shop.gateway), { headers: bearer })
    expect(told.status).toBe(401)
    expect((await app.own.open(app.url)).text).toContain('Password')
  })

  it('leaves its orders and money in the books, the unsent one cancelled and paid back', async () => {
    const admin = { token: await loginAs('admin') }
    const orders = await Promise.all(
      life.orders.map((id) => call<Order>('GET', `/v1/admin/orders/${id}`, admin)),
    )
    expect(orders.map(({ body }) => [body.status, body.total.amount > 0])).toEqual([
      ['SHIPPED', true],
      ['CANCELLED', true],
      ['CANCELLED', true],
    ])
  })

  const traced = shop.zipkin ? it : it.skip
  if (!shop.zipkin) process.stderr.write('skipped: no Zipkin runs here (Java 17 or ZIPKIN_URL)\n')

  traced('is in no span', async () => {
    expect(leaks(await spans(from), sought(), [[/^span /, ['account id'], 'operation']])).toEqual(
      [],
    )
  })

  it('is in no log', () => {
    expect(leaks(logs(), sought(), stays)).toEqual([])
  })

  it('is in no column, cart, event or counter, but for its id, and what goes by itself soon', async () => {
    const [tables, redis] = await Promise.all([rows(), keys()])
    const found = [...tables, ...redis]
    expect(leaks(found, sought(), stays)).toEqual([])
    const named = stays.filter(([place]) => !/log|gw/.test(place.source))
    expect(livedIn(found, sought(), named)).toEqual(named)
    const idOnly = { 'account id': life.id }
    const timed = redis.filter(
      ({ place, text }) => place.startsWith('redis') && leaks([{ place, text }], idOnly).length > 0,
    )
    for (const { goes } of timed) expect(goes).toBeLessThanOrEqual(30 * 24 * 3_600_000)
    expect(timed.length).toBeGreaterThan(0)
  })
})
