import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError, systemIds } from '@micromart/kernel'
import { table } from '../src/routes/index.ts'
import { anOrder } from './answers.ts'
import { type LogLine, recordingLog } from './recording-log.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('S60 what staff do', () => {
  let shop: TestGateway
  const lines: LogLine[] = []
  const staff = systemIds.next()
  const id = systemIds.next()
  const as = () => ({ Authorization: shop.token(['admin'], staff) })
  const written = () =>
    lines.filter(({ fields }) => fields['event'] === 'audit').map(({ fields }) => fields)

  beforeAll(async () => {
    shop = await startForTest({ log: recordingLog(lines) })
  })
  afterEach(() => {
    lines.length = 0
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('is written down where money, goods, rights or letters change', () => {
    const audited = table.flatMap(({ audit }) => (audit === undefined ? [] : [audit]))
    expect(audited.toSorted()).toEqual([
      'dead_letter.discard',
      'dead_letter.replay',
      'order.deliver',
      'order.refund',
      'order.ship',
      'user.roles',
    ])
  })

  it('once, with who, what and which, and how it came out', async () => {
    shop.sidecar.answer('order', 'ShipOrder', () => ({ order: anOrder({ id }) }))
    const { headers } = await shop.http
      .post(`/v1/admin/orders/${id}/ship`)
      .set(as())
      .send({ trackingCode: 'a code of their own' })
    expect(written()).toEqual([
      {
        event: 'audit',
        action: 'order.ship',
        userId: staff,
        subject: { id },
        outcome: 'done',
        requestId: headers['x-request-id'],
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
    expect(JSON.stringify(lines)).not.toContain('a code of their own')
  })

  it('also when it is refused', async () => {
    shop.sidecar.answer('cart', 'DiscardDeadLetter', () => {
      throw new DomainError('precondition', 'dead_letter_closed')
    })
    const response = await shop.http.delete('/v1/admin/dead-letters/cart:1').set(as())
    expect(response.status).toBe(422)
    expect(written()).toEqual([
      expect.objectContaining({
        action: 'dead_letter.discard',
        subject: { id: 'cart:1' },
        outcome: 'dead_letter_closed',
        traceId: response.body.traceId,
      }),
    ])
  })
})
