import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct } from './support/shopper.ts'
import { call } from './support/shop.ts'

type Span = {
  readonly id: string
  readonly parentId?: string
  readonly name?: string
  readonly localEndpoint?: { readonly serviceName?: string }
  readonly tags?: Readonly<Record<string, string>>
}

const traced = shop.zipkin ? it : it.skip
if (!shop.zipkin) process.stderr.write('skipped: no Zipkin runs here (Java 17 or ZIPKIN_URL)\n')

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const spansOf = async (traceId: string): Promise<readonly Span[]> => {
  const answer = await fetch(`${shop.zipkin}/api/v2/trace/${traceId}`)
  return answer.ok ? ((await answer.json()) as Span[]) : []
}

describe('a purchase in Zipkin', () => {
  traced('is one connected trace through gateway, sidecars, gRPC, SQL and pub/sub', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin)
    await addToCart({ token }, product.sku)
    const traceId = randomBytes(16).toString('hex')
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`

    const { status } = await call('POST', '/v1/orders', {
      token,
      headers: { 'idempotency-key': traceId, traceparent },
      body: {
        shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'FR' },
        payment: { method: 'card', token: 'tok_visa' },
      },
    })

    expect(status).toBe(201)
    const services = (spans: readonly Span[]) =>
      new Set(spans.map(({ localEndpoint }) => localEndpoint?.serviceName))
    // Of a span whose parent Zipkin has not seen yet: sidecars and services send theirs in batches.
    const unseen = (spans: readonly Span[]) => {
      const ids = new Set(spans.map(({ id }) => id))
      const parents = spans.flatMap(({ parentId }) => parentId ?? [])
      return new Set(parents.filter((id) => !ids.has(id)))
    }
    const isWhole = (spans: readonly Span[]) =>
      unseen(spans).size <= 1 && // the caller's own span, which its traceparent names
      spans.some(({ name }) => /claimstock/.test(name ?? '')) &&
      spans.some(
        ({ name, localEndpoint }) =>
          localEndpoint?.serviceName === 'cart' && /order\.paid\S* process/.test(name ?? ''),
      )
    const spans = await eventually(() => spansOf(traceId), isWhole, 20_000)
    for (const app of ['gateway', 'order', 'cart', 'product', 'payment', 'user', 'provider']) {
      expect([app, services(spans).has(app)]).toEqual([app, true])
    }
    expect(
      spans.some(
        ({ tags }) => tags?.['db.system.name'] !== undefined || tags?.['db.system'] !== undefined,
      ),
    ).toBe(true)
    const text = JSON.stringify(spans)
    for (const secret of ['tok_visa', token, '@test.example']) expect(text).not.toContain(secret)
  })
})
