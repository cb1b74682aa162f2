import { expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import { aCharge, startForTest } from './start-for-test.ts'

const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
const succeeded = { id, status: 'succeeded', amount: 1999, currency: 'EUR' }
const declined = (declineCode: string) => ({ ...succeeded, status: 'declined', declineCode })

it.each([
  ['tok_visa', succeeded],
  ['tok_slow', succeeded],
  ['tok_declined', declined('card_declined')],
  ['tok_insufficient_funds', declined('insufficient_funds')],
  ['tok_nobody_knows', declined('invalid_token')],
])('charges %s as its plan says, and remembers the outcome by key', async (token, outcome) => {
  await using provider = await startForTest()
  const first = await provider.charge('k1', { token })
  expect(first).toEqual({ status: 200, body: outcome })
  expect(await provider.charge('k1', { token })).toEqual(first)
  expect(await provider.get('/v1/charges?key=k1')).toEqual(first)
  const captures = first.body['status'] === 'succeeded' ? 1 : 0
  expect(await provider.ledger()).toHaveLength(captures)
})

it('enters a capture into the ledger with its order and key', async () => {
  await using provider = await startForTest()
  const { body } = await provider.charge('k1', { reference: 'order-7' })
  expect(await provider.ledger()).toEqual([
    {
      seq: '1',
      kind: 'capture',
      charge: body['id'],
      key: 'k1',
      reference: 'order-7',
      amount: 1999,
      currency: 'EUR',
      at: expect.any(String),
    },
  ])
  expect((await provider.get('/v1/ledger?after=1')).body).toEqual({ items: [] })
})

it.each([
  ['tok_timeout', 'succeeded', 1],
  ['tok_timeout_declined', 'declined', 0],
])('keeps silent about %s though its outcome stands', async (token, status, captures) => {
  await using provider = await startForTest()
  const silent = provider.charge('k1', { token })
  silent.catch(() => undefined) // it ends with the server
  await eventually(async () => {
    expect((await provider.get('/v1/charges?key=k1')).body).toMatchObject({ status })
  })
  expect(await provider.ledger()).toHaveLength(captures)
  expect((await provider.charge('k1', { token })).body).toMatchObject({ status }) // a repeat is answered
})

it('fails tok_error once per key without effect, then approves', async () => {
  await using provider = await startForTest()
  const charge = () => provider.charge('k1', { token: 'tok_error' })
  expect(await charge()).toEqual({ status: 500, body: { code: 'simulated_fault' } })
  expect((await provider.get('/v1/charges?key=k1')).status).toBe(404)
  expect(await charge()).toEqual({ status: 200, body: succeeded })
  expect((await provider.charge('k2', { token: 'tok_error' })).status).toBe(500)
})

it('makes one charge of many concurrent requests under one key', async () => {
  await using provider = await startForTest()
  const answers = await Promise.all(Array.from({ length: 12 }, () => provider.charge('k1')))
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1)
  expect(await provider.ledger()).toHaveLength(1)
})

it('refuses another request under a used key', async () => {
  await using provider = await startForTest()
  await provider.charge('k1')
  const mismatch = { status: 422, body: { code: 'idempotency_mismatch' } }
  expect(await provider.charge('k1', { amount: 2000 })).toEqual(mismatch)
  expect(await provider.charge('k1', { token: 'tok_slow' })).toEqual(mismatch)
  expect(await provider.ledger()).toHaveLength(1)
})

it('does not know a key that was never used', async () => {
  await using provider = await startForTest()
  expect(await provider.get('/v1/charges?key=never')).toEqual({
    status: 404,
    body: { code: 'key_unknown' },
  })
})

it('declines a charge that comes after its cancellation', async () => {
  await using provider = await startForTest()
  const tombstone = { id, status: 'declined', declineCode: 'cancelled' }
  expect((await provider.post('/v1/charges/cancel', { key: 'k1' })).body).toEqual(tombstone)
  expect((await provider.charge('k1')).body).toEqual(tombstone)
  expect((await provider.post('/v1/charges/cancel', { key: 'k1' })).body).toEqual(tombstone)
  expect(await provider.ledger()).toEqual([])
})

it('answers a cancellation that comes too late with the charge', async () => {
  await using provider = await startForTest()
  const { body } = await provider.charge('k1')
  expect((await provider.post('/v1/charges/cancel', { key: 'k1' })).body).toEqual(body)
})

it('lets a cancellation overtake a slow charge', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const slow = () => {
    reach()
    return gate
  }
  await using provider = await startForTest({ waits: { slow, silent: slow } })
  const charging = provider.charge('k1', { token: 'tok_slow' })
  await reached
  await provider.post('/v1/charges/cancel', { key: 'k1' })
  open()
  expect((await charging).body).toMatchObject({ status: 'declined', declineCode: 'cancelled' })
  expect(await provider.ledger()).toEqual([])
})

it.each([
  ['no key', {}, aCharge()],
  ['a blank in the key', { 'idempotency-key': 'a b' }, aCharge()],
  ['a fraction', { 'idempotency-key': 'k' }, aCharge({ amount: 1.5 })],
  ['nothing to charge', { 'idempotency-key': 'k' }, aCharge({ amount: 0 })],
  ['an unknown field', { 'idempotency-key': 'k' }, aCharge({ cvc: '123' })],
  ['no body', { 'idempotency-key': 'k' }, ''],
  ['a body that is not JSON', { 'idempotency-key': 'k' }, '{'],
  ['a huge body', { 'idempotency-key': 'k' }, aCharge({ token: 'x'.repeat(20_000) })],
])('refuses a charge with %s', async (_, headers, body) => {
  await using provider = await startForTest()
  expect((await provider.post('/v1/charges', body, headers)).status).toBe(400)
  expect(await provider.ledger()).toEqual([])
})

it('answers strangers 401 and unknown routes 404, and says that it lives', async () => {
  await using provider = await startForTest()
  const authorization = 'Bearer wrong'
  expect((await provider.get('/v1/ledger', { authorization })).status).toBe(401)
  expect((await provider.get('/v1/else')).status).toBe(404)
  expect((await provider.get('/livez', { authorization })).status).toBe(200)
  expect((await provider.get('/readyz', { authorization })).status).toBe(200)
})
