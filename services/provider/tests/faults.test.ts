import { expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import { startForTest, type TestProvider } from './start-for-test.ts'

const arm = (provider: TestProvider, fault: Record<string, unknown>) =>
  provider.post('/v1/faults', fault)

const known = async (provider: TestProvider, key: string) =>
  (await provider.get(`/v1/charges?key=${key}`)).status === 200

it('fails as often as it is told to, and then no more', async () => {
  await using provider = await startForTest()
  await arm(provider, { step: 'before', kind: 'error', times: 2 })
  const statuses = []
  for (const key of ['k1', 'k2', 'k3']) statuses.push((await provider.charge(key)).status)
  expect(statuses).toEqual([500, 500, 200])
  const { body } = await provider.get('/v1/faults')
  expect(body['items']).toMatchObject([{ kind: 'error', fired: 2, left: 0 }])
})

it.each([
  ['before', false],
  ['after', true],
])('errs %s the effect', async (step, made) => {
  await using provider = await startForTest()
  await arm(provider, { step, kind: 'error' })
  expect((await provider.charge('k1')).status).toBe(500)
  expect(await known(provider, 'k1')).toBe(made)
})

it.each([
  ['before', false],
  ['after', true],
])('breaks the connection %s the effect', async (step, made) => {
  await using provider = await startForTest()
  await arm(provider, { step, kind: 'reset' })
  await expect(provider.charge('k1')).rejects.toThrow()
  expect(await known(provider, 'k1')).toBe(made)
})

it('dies after the charge with the head of its answer sent', async () => {
  await using provider = await startForTest()
  await arm(provider, { step: 'after', kind: 'reset' })
  const response = await fetch(`${provider.url}/v1/charges`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer provider-key-of-this-test',
      'idempotency-key': 'k1',
    },
    body: JSON.stringify({ amount: 5, currency: 'EUR', token: 'tok_visa', reference: 'o' }),
  })
  expect(response.status).toBe(200)
  await expect(response.json()).rejects.toThrow()
  expect(await provider.ledger()).toHaveLength(1)
})

it.each([
  ['before', false],
  ['after', true],
])('keeps silent %s the effect', async (step, made) => {
  const { promise: silent, resolve: wait } = Promise.withResolvers<void>()
  const waits = { slow: async () => {}, silent: () => silent }
  await using provider = await startForTest({ waits })
  await arm(provider, { step, kind: 'timeout' })
  const charging = provider.charge('k1')
  await eventually(async () => {
    const { body } = await provider.get('/v1/faults')
    expect(body['items']).toMatchObject([{ fired: 1 }])
    expect(await known(provider, 'k1')).toBe(made)
  })
  wait()
  expect((await charging).status).toBe(500)
})

it('declines and refuses what it is told to, and remembers the decline', async () => {
  await using provider = await startForTest()
  await arm(provider, { step: 'before', kind: 'decline' })
  const declined = { status: 'declined', declineCode: 'card_declined' }
  expect((await provider.charge('k1')).body).toMatchObject(declined)
  expect((await provider.charge('k1')).body).toMatchObject(declined)
  const { body } = await provider.charge('k2')
  await arm(provider, { operation: 'refund', step: 'before', kind: 'decline' })
  const headers = { 'idempotency-key': 'r1' }
  const refund = await provider.post('/v1/refunds', { charge: body['id'], amount: 1 }, headers)
  expect(refund).toEqual({ status: 422, body: { code: 'refund_refused' } })
})

it('hits the token and the order that it is armed for, whatever the request', async () => {
  await using provider = await startForTest()
  await arm(provider, { token: 'tok_slow', step: 'before', kind: 'error' })
  await arm(provider, { reference: 'order-7', step: 'before', kind: 'error' })
  expect((await provider.charge('k1')).status).toBe(200)
  expect((await provider.charge('k2', { token: 'tok_slow' })).status).toBe(500)
  expect((await provider.charge('k3', { reference: 'order-7' })).status).toBe(500)
  const { body } = await provider.charge('k3', { reference: 'order-7' })
  for (const operation of ['find', 'cancel', 'confirm', 'refund']) {
    await arm(provider, { operation, reference: 'order-7', step: 'before', kind: 'error' })
  }
  expect((await provider.get('/v1/charges?key=k1')).status).toBe(200)
  expect((await provider.get('/v1/charges?key=k3')).status).toBe(500)
  expect((await provider.post('/v1/charges/cancel', { key: 'k3' })).status).toBe(500)
  expect((await provider.post('/v1/charges/confirm', { key: 'k3' })).status).toBe(500)
  const refund = { charge: body['id'], amount: 1 }
  const headers = { 'idempotency-key': 'r1' }
  expect((await provider.post('/v1/refunds', refund, headers)).status).toBe(500)
  expect((await provider.post('/v1/refunds', refund, headers)).status).toBe(200)
})

it('is disarmed by one call', async () => {
  await using provider = await startForTest()
  await arm(provider, { step: 'before', kind: 'error', times: 100 })
  const authorization = 'Bearer provider-key-of-this-test'
  const headers = { authorization }
  await fetch(`${provider.url}/v1/faults`, { method: 'DELETE', headers })
  expect((await provider.charge('k1')).status).toBe(200)
})

it.each([
  ['no step', { kind: 'error' }],
  ['an unknown kind', { step: 'before', kind: 'fire' }],
  ['a decline after the effect', { step: 'after', kind: 'decline' }],
  ['a declined question', { step: 'before', kind: 'decline', operation: 'find' }],
  ['the token of a refund', { step: 'before', kind: 'error', operation: 'refund', token: 't' }],
  ['no end', { step: 'before', kind: 'error', times: 0 }],
])('arms nothing with %s', async (_, fault) => {
  await using provider = await startForTest()
  expect(await arm(provider, fault)).toEqual({ status: 400, body: { code: 'fault_invalid' } })
})

it('is armed by the merchant only', async () => {
  await using provider = await startForTest()
  const stranger = { authorization: 'Bearer wrong' }
  const fault = { step: 'before', kind: 'error' }
  expect((await provider.post('/v1/faults', fault, stranger)).status).toBe(401)
  expect((await provider.charge('k1')).status).toBe(200)
})
