import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { BacklogServiceService, DeadLetterServiceService } from '@micromart/contracts/ops'
import { OrderStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { eventually, testClient } from '@micromart/testing'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

const stack = new AsyncDisposableStack()
let test: TestShop
beforeAll(async () => {
  test = stack.use(await startForTest())
})
afterAll(() => stack.disposeAsync())

const desk = async () => {
  const client = stack.use(await testClient(DeadLetterServiceService, test.service.port))
  return client.as({ token: test.tokens.userToken({ id: systemIds.next(), roles: ['operator'] }) })
}

it('keeps what it could not handle, and replays it through the same inbox', async () => {
  const { order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_pending' })
  const orderId = order?.id ?? ''
  const event = { id: systemIds.next(), publishedTo: topics.paymentSettled }
  expect(await test.sidecar.deliver(topics.paymentSettled, {}, event)).toBe('DROP')
  expect(await test.sidecar.deliver('dead.order.v1', { orderId }, event)).toBe('SUCCESS')
  const letters = await desk()
  const { letter } = await letters.getDeadLetter({ id: event.id })
  expect(letter).toMatchObject({
    consumer: 'order',
    topic: topics.paymentSettled,
    state: 'open',
    payload: JSON.stringify({ orderId }),
  })
  test.shop.settlePayment(orderId, ChargeOutcome.CHARGE_OUTCOME_CAPTURED)

  const replayed = await letters.replayDeadLetter({ id: event.id })

  expect(replayed.letter?.state).toBe('replayed')
  await eventually(async () => {
    const read = await rpc.getOrder({ id: orderId, orderToken: undefined })
    expect(read.order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
  })
  const asked = () => test.calledFor(orderId).filter((name) => name === 'payment.GetPayment').length
  await test.sidecar.deliver(topics.paymentSettled, { orderId }, { id: event.id })
  expect(asked()).toBe(1)
  expect(await refusalOf(letters.replayDeadLetter({ id: event.id }))).toMatchObject({
    code: 'dead_letter_closed',
  })
})

it('says how far it is behind', async () => {
  const client = stack.use(await testClient(BacklogServiceService, test.service.port))
  await test.sidecar.deliver('dead.order.v1', {}, { publishedTo: topics.userErased })
  await eventually(async () => {
    expect(await client.as().getBacklog({})).toEqual({
      unsent: 0n,
      oldestUnsentAt: undefined,
      openDeadLetters: 1n,
      abandonedKeys: 0n,
    })
  })
})
