import { expect, it } from '@jest/globals'
import { startForTest } from './start-for-test.ts'

it('sums its ledger by reference, page by page in the order of bytes', async () => {
  await using provider = await startForTest()
  for (const [key, reference] of [
    ['k1', 'b-2'],
    ['k2', 'a-1'],
    ['k3', 'b-2'],
    ['k4', 'B-0'],
    ['k5', 'c'],
  ]) {
    await provider.charge(String(key), { reference })
  }
  await provider.charge('k6', { reference: 'd', token: 'tok_declined' })
  const { body: charge } = await provider.get('/v1/charges?key=k2')
  const refund = { charge: charge['id'], amount: 999 }
  await provider.post('/v1/refunds', refund, { 'idempotency-key': 'r1' })
  const pages: unknown[] = []
  let after = ''
  for (;;) {
    const { body } = await provider.get(`/v1/ledger?afterReference=${after}&limit=2`)
    const items = body['items'] as { reference: string }[]
    if (items.length === 0) break
    pages.push(...items)
    after = items.at(-1)?.reference ?? ''
  }
  const sum = { currency: 'EUR', captured: 1999, refunded: 0, captures: 1 }
  const updatedAt = expect.stringMatching(/Z$/)
  expect(pages).toEqual([
    { ...sum, reference: 'B-0', updatedAt },
    { ...sum, reference: 'a-1', refunded: 999, updatedAt },
    { ...sum, reference: 'b-2', captured: 3998, captures: 2, updatedAt },
    { ...sum, reference: 'c', updatedAt },
  ])
})

it('refuses the refund of a charge whose token says so', async () => {
  await using provider = await startForTest()
  const { body } = await provider.charge('k1', { token: 'tok_refund_refused' })
  const refund = () =>
    provider.post('/v1/refunds', { charge: body['id'], amount: 5 }, { 'idempotency-key': 'r1' })
  const refused = { status: 422, body: { code: 'refund_refused' } }
  expect([await refund(), await refund()]).toEqual([refused, refused])
  expect(await provider.ledger()).toHaveLength(1)
})
