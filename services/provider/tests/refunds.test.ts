import { expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import { startMerchant } from './merchant.ts'
import { startForTest, type TestProvider } from './start-for-test.ts'

const refund = (provider: TestProvider, charge: unknown, amount: number, key = 'r1') =>
  provider.post('/v1/refunds', { charge, amount }, { 'idempotency-key': key })

it('refunds once per key', async () => {
  await using provider = await startForTest()
  const { body: charge } = await provider.charge('k1')
  const answers = await Promise.all([1, 2, 3].map(() => refund(provider, charge['id'], 1999)))
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1)
  expect(answers[0]?.body).toMatchObject({ status: 'succeeded', amount: 1999, currency: 'EUR' })
  const kinds = (await provider.ledger()).map(({ kind, amount }) => [kind, amount])
  expect(kinds).toEqual([
    ['capture', 1999],
    ['refund', 1999],
  ])
})

it('never refunds more than was charged, whatever comes at once', async () => {
  await using provider = await startForTest()
  const { body: charge } = await provider.charge('k1')
  const wanted = ['a', 'b', 'c', 'd', 'e'].map((key) => refund(provider, charge['id'], 800, key))
  const statuses = (await Promise.all(wanted)).map(({ status }) => status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 422, 422, 422])
  expect((await provider.ledger()).filter(({ kind }) => kind === 'refund')).toHaveLength(2)
})

it('refuses to refund a declined or unknown charge, and another refund under a used key', async () => {
  await using provider = await startForTest()
  const { body: declined } = await provider.charge('k1', { token: 'tok_declined' })
  const exceeds = { status: 422, body: { code: 'refund_exceeds_charge' } }
  expect(await refund(provider, declined['id'], 1)).toEqual(exceeds)
  expect(await refund(provider, crypto.randomUUID(), 1)).toEqual(exceeds)
  const { body: charge } = await provider.charge('k2')
  await refund(provider, charge['id'], 5)
  expect((await refund(provider, charge['id'], 6)).body).toEqual({ code: 'idempotency_mismatch' })
})

it('gives money back at its own desk, and tells of every refund with the sum of all', async () => {
  await using merchant = await startMerchant()
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  const { body: charge } = await provider.charge('k1')
  const atDesk = (amount?: number, reference = 'order-1') =>
    provider.post('/v1/desk/refunds', { reference, amount })
  expect((await atDesk(500)).body).toMatchObject({ status: 'succeeded', amount: 500 })
  await refund(provider, charge['id'], 700)
  expect((await atDesk()).body).toMatchObject({ amount: 799 })
  expect(await atDesk()).toMatchObject({ status: 422, body: { code: 'refund_exceeds_charge' } })
  expect((await atDesk(1, 'no-order')).body).toEqual({ code: 'charge_unknown' })
  await eventually(() => expect(merchant.heard()).toHaveLength(3))
  const told = merchant.heard().map(({ type, data }) => [type, data['reference'], data['refunded']])
  expect(told.toSorted()).toEqual([
    ['charge.refunded', 'order-1', 1200],
    ['charge.refunded', 'order-1', 1999],
    ['charge.refunded', 'order-1', 500],
  ])
})

it('tells again of what has moved money since, under new ids', async () => {
  await using merchant = await startMerchant()
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  const { body: charge } = await provider.charge('k1')
  await provider.charge('k2', { reference: 'order-2' })
  await provider.charge('k3', { reference: 'order-3', token: 'tok_declined' })
  await refund(provider, charge['id'], 700)
  await eventually(() => expect(merchant.heard()).toHaveLength(1))
  const again = (since: unknown) => provider.post('/v1/notices', { since })
  expect((await again(new Date(Date.now() + 60_000).toISOString())).body).toEqual({ told: 0 })
  expect((await again(new Date(0).toISOString())).body).toEqual({ told: 3 })
  await eventually(() => expect(merchant.heard()).toHaveLength(4))
  const told = merchant.heard().map(({ type, data }) => [type, data['reference'], data['refunded']])
  expect(told.toSorted()).toEqual([
    ['charge.refunded', 'order-1', 700],
    ['charge.refunded', 'order-1', 700],
    ['charge.succeeded', 'order-1', undefined],
    ['charge.succeeded', 'order-2', undefined],
  ])
  expect(new Set(merchant.heard().map(({ id }) => id)).size).toBe(4)
  expect(await again('yesterday')).toMatchObject({ status: 400, body: { code: 'notices_invalid' } })
})
