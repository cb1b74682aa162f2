import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { attributeSchema, spanSchema } from '@micromart/contracts/telemetry'
import { call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'
import { appOf, isSidecars, type Span, tracesAbout, tracesSince, treeOf } from './support/zipkin.ts'

const traced = shop.zipkin ? it : it.skip
if (!shop.zipkin) process.stderr.write('skipped: no Zipkin runs here (Java 17 or ZIPKIN_URL)\n')

const canary = randomUUID().slice(0, 8)
const shippingAddress = {
  name: `Recipient ${canary}`,
  line1: `1 ${canary} Street`,
  city: `City ${canary}`,
  postalCode: '69001',
  country: 'FR',
  phone: '+33 6 12 34 56 78',
}

const began = Date.now()
let bought: readonly Span[]
let secrets: Readonly<Record<string, string>>

const isOurs = (span: Span): boolean => !isSidecars(span)
const byTime = (a: Span, b: Span): number => (a.timestamp ?? 0) - (b.timestamp ?? 0)

const named = (spans: readonly Span[], app: string, name: string): Span => {
  const found = spans.filter((span) => appOf(span) === app && span.name === name)
  expect([app, name, found.length]).toEqual([app, name, 1])
  return found[0]!
}

/** An RPC as its service answers it. */
const served = (spans: readonly Span[], app: string, rpc: string): Span => {
  const ofApp = spans.filter((span) => isOurs(span) && appOf(span) === app)
  const found = ofApp.filter(({ kind, name }) => kind === 'SERVER' && name?.endsWith(`/${rpc}`))
  expect([app, rpc, found.length]).toEqual([app, rpc, 1])
  return found[0]!
}

const paid = /^order\.paid\.v1 process$/
const isWhole = (spans: readonly Span[]): boolean =>
  treeOf(spans).orphans.length === 0 &&
  [isOurs, isSidecars].every((isWanted) =>
    spans.some(
      (span) => isWanted(span) && appOf(span) === 'product' && span.name?.endsWith('/claimstock'),
    ),
  ) &&
  spans.some(
    (span) => appOf(span) === 'cart' && paid.test(span.name ?? '') && treeOf(spans).parentOf(span),
  )

/** Sidecars and services send theirs in batches. */
const traceOf = async (orderId: string): Promise<readonly Span[]> => {
  const [trace = []] = await eventually(
    () => tracesAbout(orderId),
    (traces) => traces.length === 1 && isWhole(traces[0]!),
    30_000,
  )
  return trace
}

/** One who buys twice, is once asked to approve, sends a request again, and gets money back. */
const shopping = async (): Promise<void> => {
  const admin = await loginAs('admin')
  const { token, email, password, refreshToken } = await newMember()
  const product = await newProduct(admin)
  await call('GET', `/v1/products/${product.handle}`)
  await addToCart({ token }, product.sku)
  const key = randomUUID()
  const order = await placeOrder({ token }, { key, shippingAddress })
  expect(order.status).toBe(201)
  secrets = { token, email, password, refreshToken, card: 'tok_visa', key, ...shippingAddress }
  bought = await traceOf(order.body.id)
  const again = await placeOrder({ token }, { key, shippingAddress })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  const refund = { amount: { amount: 100, currency: 'EUR' }, reason: 'a scratch' }
  const headers = { 'idempotency-key': randomUUID() }
  const refunds = `/v1/admin/orders/${order.body.id}/refunds`
  expect((await call('POST', refunds, { token: admin, headers, body: refund })).status).toBe(201)
  await addToCart({ token }, product.sku)
  const challenged = await placeOrder({ token }, { cardToken: 'tok_3ds', shippingAddress })
  expect(challenged.status).toBe(202)
  const swept = ([...traces]: readonly Span[][]) =>
    traces.flat().some(({ name }) => name === 'settle order')
  await eventually(() => tracesAbout(challenged.body.id), swept, 30_000)
}

beforeAll(async () => {
  if (shop.zipkin) await shopping()
}, 120_000)

describe('a purchase in Zipkin, found by the order', () => {
  traced('is one trace with one root, the request, and no span without its parent', () => {
    const { roots, orphans } = treeOf(bought)
    expect(roots.map((span) => [appOf(span), span.name])).toEqual([['gateway', 'post /v1/orders']])
    expect(orphans).toEqual([])
    expect(new Set(bought.map(({ id }) => id)).size).toBe(bought.length)
  })

  traced('goes through the services in their order, each below its caller', () => {
    const placing = served(bought, 'order', 'placeorder')
    const asked = bought
      .filter((span) => isOurs(span) && span.parentId === placing.id && span.tags?.['rpc.method'])
      .toSorted(byTime)
      .map(({ tags = {} }) => `${tags['peer.service']}.${tags['rpc.method']}`)
    const stages = [asked.slice(0, 2).toSorted(), asked.slice(2, 4).toSorted(), ...asked.slice(4)]
    expect(stages).toEqual([
      ['cart.GetLines', 'user.GetCheckoutDetails'], // at once
      ['payment.OpenPayment', 'product.HoldStock'], // at once
      'payment.Charge',
      'product.ClaimStock',
    ])
    const { lineOf } = treeOf(bought)
    const way = (span: Span): readonly string[] => {
      const apps = lineOf(span).filter(isOurs).toReversed().map(appOf)
      return apps.filter((app, index) => app !== apps[index - 1])
    }
    expect(way(named(bought, 'provider', 'post /v1/charges'))).toEqual([
      'gateway',
      'order',
      'payment',
      'provider',
    ])
    for (const [app, rpc] of [
      ['cart', 'getlines'],
      ['user', 'getcheckoutdetails'],
      ['product', 'holdstock'],
      ['product', 'claimstock'],
    ] as const)
      expect(way(served(bought, app, rpc))).toEqual(['gateway', 'order', app])
  })

  traced('shows each sidecar between its app and the next', () => {
    const { lineOf } = treeOf(bought)
    const line = lineOf(served(bought, 'product', 'holdstock')).toReversed()
    const from = line.findIndex(
      ({ kind, name }) => kind === 'CLIENT' && name!.endsWith('/holdstock'),
    )
    const last = line.slice(from).map((span) => [appOf(span), isSidecars(span)])
    expect(last).toEqual([
      ['order', false],
      ['order', true],
      ['product', false],
    ])
    const beside = bought.filter((span) => isSidecars(span) && appOf(span) === 'product')
    expect(beside.map(({ name }) => name).toSorted()).toEqual([
      '/micromart.product.v1.productservice/claimstock',
      '/micromart.product.v1.productservice/holdstock',
    ])
  })

  traced('has every statement below the work that it is for', () => {
    const { parentOf } = treeOf(bought)
    const queries = bought.filter(({ tags }) => tags?.['db.system.name'] !== undefined)
    const below = queries.map((span) => {
      const parent = parentOf(span)!
      expect([span.name, appOf(parent), isOurs(parent)]).toEqual([span.name, appOf(span), true])
      const [work] = (parent.tags?.['rpc.method'] ?? parent.name ?? '').split(' /')
      return `${appOf(span)} ${work}: ${span.name}`
    })
    expect(below).toEqual(
      expect.arrayContaining([
        'gateway post: evalsha',
        'order PlaceOrder: insert orders',
        'order PlaceOrder: insert outbox',
        'order PlaceOrder: commit',
        'user GetCheckoutDetails: select account_role',
        'product HoldStock: insert stock_holds',
        'product HoldStock: update stock',
        'payment OpenPayment: insert payments',
        'payment Charge: insert ledger_entries',
        'provider post: insert charges',
        'product ClaimStock: insert stock_movements',
      ]),
    )
    const state = bought.filter((span) => span.name?.endsWith('/getstate') && isOurs(span))
    const readers = state.map((span) => parentOf(span)?.name).toSorted()
    expect(readers).toEqual(['micromart.cart.v1.cartservice/getlines', 'order.paid.v1 process'])
  })

  traced('goes on in its events, below the changes that they tell of', () => {
    const { lineOf, parentOf } = treeOf(bought)
    const edges = [
      ['order.paid.v1', 'order', 'placeorder', 'cart'],
      ['payment.settled.v1', 'payment', 'charge', 'order'],
    ] as const
    for (const [topic, teller, rpc, hearer] of edges) {
      const publish = named(bought, teller, `${topic} publish`)
      const process = named(bought, hearer, `${topic} process`)
      expect(parentOf(publish)).toBe(served(bought, teller, rpc))
      expect(lineOf(process)).toContain(publish)
      expect(process.tags?.['messaging.message.id']).toBe(publish.tags?.['messaging.message.id'])
      expect([publish.kind, process.kind]).toEqual(['PRODUCER', 'CONSUMER'])
    }
  })

  traced('holds nothing of card, tokens, password, e-mail or address in any tag', () => {
    const text = JSON.stringify(bought)
    for (const [what, secret] of Object.entries(secrets)) {
      const isCountry = what === 'country' // FR is in many a word
      expect([what, !isCountry && text.includes(secret)]).toEqual([what, false])
    }
    expect(text).not.toMatch(/[\w.+-]+@[\w-]+\.\w+|\btok_|\beyJ|\bBearer\b/)
  })
})

/** What the exporter adds to the attributes of a span. */
const isExporters = (tag: string): boolean =>
  ['service.name', 'service.version', 'error', 'otel.status_code'].includes(tag)

const kindOf = ({ kind }: Span): string => kind?.toLowerCase() ?? 'internal'

const specsOf = (span: Span): readonly string[] =>
  Object.entries(spanSchema).flatMap(([key, { name, kind, apps }]) => {
    const isIt = kind === kindOf(span) && name.test(span.name ?? '')
    return isIt && (apps as readonly string[]).includes(appOf(span)) ? [key] : []
  })

describe('the schema of spans', () => {
  const all = async (): Promise<readonly Span[]> =>
    [...(await tracesSince(began))].flatMap(([, traces]) => traces.flat()).filter(isOurs)

  traced('has every span that an app makes, and every attribute', async () => {
    const spans = await all()
    const unknown = spans.filter((span) => specsOf(span).length === 0)
    expect(unknown.map((span) => `${appOf(span)} ${kindOf(span)} ${span.name}`)).toEqual([])
    const tags = new Set(spans.flatMap(({ tags: given = {} }) => Object.keys(given)))
    const known = (tag: string) => Object.hasOwn(attributeSchema, tag) || isExporters(tag)
    expect([...tags].filter((tag) => !known(tag))).toEqual([])
  })

  traced('has none that no app of its list makes, and no attribute that no span has', async () => {
    const missing = async () => {
      const spans = await all()
      const seen = new Set(spans.flatMap((span) => specsOf(span).map((k) => `${appOf(span)} ${k}`)))
      const wanted = Object.entries(spanSchema).flatMap(([key, { apps }]) =>
        apps.map((app) => `${app} ${key}`),
      )
      const tags = new Set(spans.flatMap(({ tags: given = {} }) => Object.keys(given)))
      const attributes = Object.keys(attributeSchema)
      return [...wanted.filter((k) => !seen.has(k)), ...attributes.filter((k) => !tags.has(k))]
    }
    expect(await eventually(missing, ({ length }) => length === 0, 20_000)).toEqual([])
  })
})
