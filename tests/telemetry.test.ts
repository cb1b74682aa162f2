import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import { allows, foreignPrefixes, type Metric, metricSchema } from '@micromart/contracts/telemetry'
import { type Family, families } from './support/metrics.ts'
import { call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'

const schema: Readonly<Record<string, Metric>> = metricSchema
const apps = ['gateway', 'product', 'user', 'cart', 'order', 'payment', 'provider'] as const
type App = (typeof apps)[number]

/** What an afternoon in the shop leaves in its counters: browsing, buying, failing, giving back, mending. */
const demoLoad = async (): Promise<void> => {
  const admin = await loginAs('admin')
  const { token, email } = await newMember()
  await call('POST', '/v1/auth/login', { body: { email, password: 'not this one, surely' } })
  const product = await newProduct(admin)
  for (let visit = 0; visit < 3; visit += 1) await call('GET', `/v1/products/${product.handle}`)
  const keyed = { token, headers: { 'idempotency-key': randomUUID() } }
  const address = { name: 'A', line1: 'B', city: 'C', postalCode: '1', country: 'FR' }
  await call('POST', '/v1/me/addresses', { ...keyed, body: address })
  const stock = { token: admin, headers: { 'idempotency-key': randomUUID() } }
  const more = { delta: 5, reason: 'found behind the shelf' }
  await call('POST', `/v1/admin/stock/${product.sku}`, { ...stock, body: more })
  await addToCart({ token }, product.sku)
  expect((await placeOrder({ token }, { cardToken: 'tok_declined' })).status).toBe(402)
  const bought = await placeOrder({ token })
  expect(bought.status).toBe(201)
  const again = await placeOrder({ token }, { key: randomUUID() })
  expect(again.status).toBe(422) // the cart is empty
  const refund = { amount: { amount: 100, currency: 'EUR' }, reason: 'a scratch' }
  const refunds = `/v1/admin/orders/${bought.body.id}/refunds`
  const paying = { token: admin, headers: { 'idempotency-key': randomUUID() }, body: refund }
  expect((await call('POST', refunds, paying)).status).toBe(201)
  await booksAgree(admin)
}

type Books = {
  readonly invariants: readonly {
    readonly holds: boolean
    readonly violations: readonly object[]
  }[]
}

/** What other tests left to be mended (an outage's letters, work that is due) has an owner that ends it. */
const booksAgree = async (admin: string): Promise<void> => {
  const wrong = async () => {
    const asked = { token: admin, timeoutMs: 60_000 }
    const { status, body } = await call<Books>('GET', '/v1/admin/books', asked)
    return status === 200 ? body.invariants.filter(({ holds }) => !holds) : [status]
  }
  await eventually(wrong, (found) => found.length === 0, 90_000)
}

const exposed = async (app: App): Promise<readonly Family[]> => families(shop.ports[app]!.http)

/** The names that an app has to have, after some use. */
const wanted = (app: App): readonly string[] =>
  Object.entries(schema)
    .filter(([, metric]) => metric.apps.includes(app))
    .map(([name]) => name)

const routes = new Set(
  Object.keys(
    (JSON.parse(readFileSync('gateway/openapi.json', 'utf8')) as { paths: object }).paths,
  ),
)

/** What is wrong with the labels of a family's samples. */
const labelFaults = ({ name, type, samples }: Family, { labels }: Metric): readonly string[] => {
  const known = Object.keys(labels).toSorted()
  return samples.flatMap((sample) => {
    const { le: _bucket, ...given } = type === 'histogram' ? sample.labels : { ...sample.labels }
    const names = Object.keys(given).toSorted()
    if (names.join() !== known.join()) return [`${name} has labels ${names.join() || 'none'}`]
    return Object.entries(given).flatMap(([label, value]) => {
      const isRoute = label !== 'http_route' || routes.has(value)
      return isRoute && allows(labels[label]!, value) ? [] : [`${name} has ${label}="${value}"`]
    })
  })
}

const bucketsOf = ({ samples }: Family): readonly number[] => {
  const bounds = samples.flatMap(({ labels }) => labels['le'] ?? [])
  return [...new Set(bounds)].filter((bound) => bound !== '+Inf').map(Number)
}

/** Where an app's metrics and the schema differ; `app: what`. */
const faultsOf = (app: App, found: readonly Family[]): readonly string[] =>
  found.flatMap((family) => {
    const { name, type, unit, help } = family
    const metric = schema[name]
    if (!metric?.apps.includes(app)) return [`${app}: ${name} is not in the schema`]
    const says = [type, unit ?? 'none', help].join(' | ')
    const shall = [metric.kind, metric.unit, metric.help].join(' | ')
    const buckets = bucketsOf(family).join(' ')
    return [
      ...(says === shall ? [] : [`${app}: ${name} is ${says}, and shall be ${shall}`]),
      ...(buckets === (metric.buckets ?? []).join(' ') ? [] : [`${app}: ${name} has ${buckets}`]),
      ...labelFaults(family, metric).map((fault) => `${app}: ${fault}`),
    ]
  })

const valueOf = async (app: App, name: string, labels: Record<string, string> = {}) => {
  const family = (await exposed(app)).find((each) => each.name === name)
  const matching = family?.samples.filter((sample) =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  return matching?.reduce((sum, { value }) => sum + value, 0)
}

const euros = { currency: 'EUR' }

/** What this shop's processes have counted since each of them began. */
const money = async () => ({
  captured: (await valueOf('payment', 'micromart_payment_captured_minor_total', euros)) ?? 0,
  ordered: (await valueOf('order', 'micromart_order_value_minor_total', euros)) ?? 0,
})

let before: Awaited<ReturnType<typeof money>>

beforeAll(async () => {
  before = await money()
  await demoLoad()
}, 180_000)

describe('the telemetry schema', () => {
  it('has every metric that an app exposes, as it exposes it', async () => {
    const faults = await Promise.all(apps.map(async (app) => faultsOf(app, await exposed(app))))
    expect(faults.flat()).toEqual([])
  })

  it('has no metric that an app of its list does not expose', async () => {
    const missing = async () => {
      const lists = await Promise.all(
        apps.map(async (app) => {
          const found = new Set((await exposed(app)).map(({ name }) => name))
          return wanted(app).flatMap((name) => (found.has(name) ? [] : [`${app}: ${name}`]))
        }),
      )
      return lists.flat()
    }
    // Collections of garbage and spans come at their own time.
    expect(await eventually(missing, (names) => names.length === 0, 20_000)).toEqual([])
  })

  it('knows how the names of all others begin: those of the sidecars', async () => {
    const isForeign = (name: string) => foreignPrefixes.some((prefix) => name.startsWith(prefix))
    for (const app of apps) {
      const names = (await families(shop.ports[app]!.metrics)).map(({ name }) => name)
      expect(names).toContain('dapr_runtime_component_loaded')
      expect([app, names.filter((name) => !isForeign(name))]).toEqual([app, []])
    }
  })
})

type Status = {
  readonly apps: readonly { readonly checks: Readonly<Record<string, string>> }[]
  readonly work: {
    readonly rows: readonly { readonly what: string; readonly count: number | null }[]
    readonly books: { readonly consistent: boolean; readonly violations: object }
  }
}

describe('what operations reads after that', () => {
  it('is what has happened', async () => {
    const after = await money()
    expect(after.captured - before.captured).toBeGreaterThanOrEqual(1_999)
    expect(after.captured - before.captured).toBe(after.ordered - before.ordered)
    const refunded = () => valueOf('payment', 'micromart_payment_refunded_minor_total', euros)
    await eventually(refunded, (value) => (value ?? 0) >= 100)
    // What costs a query is asked once in a while, however often it is scraped.
    const agree = () => valueOf('order', 'micromart_books_consistent')
    await eventually(agree, (value) => value === 1, 30_000)
    const since = await valueOf('order', 'micromart_books_last_check_timestamp_seconds')
    expect(Date.now() / 1_000 - (since ?? 0)).toBeLessThan(120)
    expect(await valueOf('gateway', 'grpc_client_channel_state')).toBe(2)
    const used = ['used', 'idle'].map((state) =>
      valueOf('order', 'db_client_connection_count', { state }),
    )
    const [inUse = 0, idle = 0] = await Promise.all(used)
    const most = await valueOf('order', 'db_client_connection_max')
    expect(inUse + idle).toBeGreaterThan(0)
    expect(inUse + idle).toBeLessThanOrEqual(most ?? 0)
    const ends = await valueOf('gateway', 'micromart_tls_certificate_expiry_timestamp_seconds')
    expect(ends).toBeGreaterThan(Date.now() / 1_000)
    expect(await valueOf('product', 'micromart_oversell_total')).toBe(0)
    expect(await valueOf('payment', 'micromart_payment_ledger_mismatch')).toBe(0)
    const steps = ['cart', 'hold', 'open', 'charge', 'commit', 'claim'].map(async (step) => {
      const family = 'micromart_checkout_step_duration_seconds'
      return [step, (await valueOf('order', family, { step })) ?? 0] as const
    })
    for (const [step, sum] of await Promise.all(steps))
      expect([step, sum > 0]).toEqual([step, true])
  })

  it('is on the page of the status, whole', async () => {
    // The run of the tests has the shop in a folder of its own.
    const env = { ...process.env, MICROMART_HOME: path.resolve(shop.secrets, '../..') }
    const page = ['scripts/status.mjs', '--json']
    const said = await promisify(execFile)(process.execPath, page, { env }).catch(
      (failed: { stdout: string }) => failed, // for other reasons: the streams are not where it looks
    )
    const { work, apps: found } = JSON.parse(said.stdout) as Status
    expect(found).toHaveLength(apps.length)
    for (const { checks } of found) expect(new Set(Object.values(checks))).toEqual(new Set(['ok']))
    expect(work.rows.length).toBeGreaterThan(5)
    expect(work.rows.filter(({ count }) => count === null)).toEqual([])
    expect(work.books).toMatchObject({ consistent: true, violations: {} })
  })
})
