import { expect, it } from '@jest/globals'
import { systemClock } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { isSigned, startMerchant } from './merchant.ts'
import { startForTest, type TestProvider, webhookKey } from './start-for-test.ts'

const statusOf = async (provider: TestProvider, key = 'k1') =>
  (await provider.get(`/v1/charges?key=${key}`)).body['status']

const later = (seconds: number) => ({ now: () => new Date(Date.now() + seconds * 1000) })

it.each([
  ['tok_pending', 'succeeded', 1],
  ['tok_pending_declined', 'declined', 0],
])('settles %s by itself and tells it once, signed', async (token, status, captures) => {
  await using merchant = await startMerchant()
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  const first = await provider.charge('k1', { token })
  expect(first.body).toMatchObject({ status: 'pending', amount: 1999 })
  expect(await provider.ledger()).toEqual([])
  await eventually(async () => expect(await statusOf(provider)).toBe(status))
  expect(await provider.ledger()).toHaveLength(captures)
  await eventually(() => expect(merchant.heard()).toHaveLength(1))
  const [heard] = merchant.heard()
  expect(heard).toMatchObject({
    type: `charge.${status}`,
    data: { id: first.body['id'], key: 'k1', reference: 'order-1', status, amount: 1999 },
  })
  expect(heard && isSigned(heard, webhookKey)).toBe(true)
  expect((await provider.charge('k1', { token })).body).toMatchObject({ status })
})

it('captures tok_late_capture after it has declined it, and tells it', async () => {
  await using merchant = await startMerchant()
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  const first = await provider.charge('k1', { token: 'tok_late_capture' })
  expect(first.body).toMatchObject({ status: 'declined', declineCode: 'card_declined' })
  expect(await provider.ledger()).toEqual([])
  await eventually(() => expect(merchant.heard()).toHaveLength(1))
  const [heard] = merchant.heard()
  const data = { id: first.body['id'], reference: 'order-1', status: 'succeeded', amount: 1999 }
  expect(heard).toMatchObject({ type: 'charge.succeeded', data })
  expect(await provider.ledger()).toHaveLength(1)
})

it('tells a notice again until it is taken, by the same id', async () => {
  await using merchant = await startMerchant()
  merchant.answer(503)
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  await provider.charge('k1', { token: 'tok_pending' })
  await eventually(() => expect(merchant.heard().length).toBeGreaterThan(0))
  merchant.answer(200)
  await eventually(() => expect(merchant.heard()).toHaveLength(2))
  expect(new Set(merchant.heard().map(({ id }) => id)).size).toBe(1)
})

it('approves tok_3ds when it is confirmed, though nobody opened the page', async () => {
  await using provider = await startForTest()
  const { body } = await provider.charge('k1', { token: 'tok_3ds' })
  expect(body).toMatchObject({
    status: 'requires_action',
    nextAction: { url: `${provider.url}/3ds/${String(body['id'])}`, expiresAt: expect.any(String) },
  })
  const confirm = () => provider.post('/v1/charges/confirm', { key: 'k1' })
  const answers = await Promise.all([confirm(), confirm(), confirm()])
  for (const answer of answers) expect(answer.body).toMatchObject({ status: 'succeeded' })
  expect(await provider.ledger()).toHaveLength(1)
})

it.each([
  ['tok_3ds_fail', { status: 'declined', declineCode: 'authentication_failed' }],
  ['tok_3ds_abandon', { status: 'requires_action' }],
])('confirms %s as its bank says', async (token, outcome) => {
  await using provider = await startForTest()
  await provider.charge('k1', { token })
  const { body } = await provider.post('/v1/charges/confirm', { key: 'k1' })
  expect(body).toMatchObject(outcome)
  expect(await provider.ledger()).toEqual([])
})

it.each([
  ['approve', 'succeeded', 'Approved'],
  ['refuse', 'declined', 'Refused'],
])('takes the answer of the card holder on the page: %s', async (answer, status, words) => {
  await using merchant = await startMerchant()
  await using provider = await startForTest({}, { PROVIDER_WEBHOOK_URL: merchant.url })
  const { body } = await provider.charge('k1', { token: 'tok_3ds' })
  const { url } = body['nextAction'] as { url: string }
  const page = await fetch(url)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await page.text()).toContain('Approve')
  const answered = await fetch(url, { method: 'POST', body: new URLSearchParams({ answer }) })
  expect(await answered.text()).toContain(words)
  expect(await statusOf(provider)).toBe(status)
  await eventually(() => expect(merchant.heard()).toHaveLength(1))
})

it('gives a charge up whose holder never came', async () => {
  await using provider = await startForTest({}, { PROVIDER_ACTION_SECONDS: '0.2' })
  await provider.charge('k1', { token: 'tok_3ds_abandon' })
  const declined = { status: 'declined', declineCode: 'authentication_expired' }
  await eventually(async () =>
    expect((await provider.get('/v1/charges?key=k1')).body).toMatchObject(declined),
  )
  const confirmed = await provider.post('/v1/charges/confirm', { key: 'k1' })
  expect(confirmed.body).toMatchObject(declined)
})

it.each(['tok_pending', 'tok_3ds'])('cancels %s while it has not ended', async (token) => {
  await using provider = await startForTest({}, { PROVIDER_SETTLE_SECONDS: '600' })
  await provider.charge('k1', { token })
  const { body } = await provider.post('/v1/charges/cancel', { key: 'k1' })
  expect(body).toMatchObject({ status: 'declined', declineCode: 'cancelled' })
  const confirmed = await provider.post('/v1/charges/confirm', { key: 'k1' })
  expect(confirmed.body).toMatchObject({ status: 'declined' })
  expect(await provider.ledger()).toEqual([])
})

it('knows neither a page nor a key that it did not make', async () => {
  await using provider = await startForTest()
  expect((await fetch(`${provider.url}/3ds/${crypto.randomUUID()}`)).status).toBe(404)
  expect((await provider.post('/v1/charges/confirm', { key: 'never' })).status).toBe(404)
})

it('gives a notice up after three days', async () => {
  await using merchant = await startMerchant()
  merchant.answer(500)
  let clock = systemClock
  const moving = { now: () => clock.now() }
  await using provider = await startForTest(
    { clock: moving },
    { PROVIDER_WEBHOOK_URL: merchant.url, PROVIDER_SETTLE_SECONDS: '0' },
  )
  await provider.charge('k1', { token: 'tok_pending' })
  await eventually(() => expect(merchant.heard()).toHaveLength(1))
  clock = later(73 * 3600)
  await eventually(() => expect(merchant.heard()).toHaveLength(2))
  clock = later(74 * 3600)
  await provider.charge('k2', { token: 'tok_pending' })
  await eventually(() => expect(merchant.heard()).toHaveLength(3))
  expect(merchant.heard().map(({ data }) => data['key'])).toEqual(['k1', 'k1', 'k2'])
})
