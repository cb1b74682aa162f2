import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { readAudit } from '@micromart/testing'
import { sold } from './sold.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

const stack = new AsyncDisposableStack()
let test: TestShop
beforeAll(async () => {
  test = stack.use(await startForTest())
})
afterAll(() => stack.disposeAsync())

const audited = (objectId: string) => {
  const token = test.tokens.userToken({ id: systemIds.next(), roles: ['operator'] })
  return readAudit(test.service.port, token, { objectKind: 'order', objectId })
}

const refund = (id: string, amount: number) => ({
  id,
  amount: { amount: BigInt(amount), currency: 'EUR' },
  lines: [],
  reason: 'Anna was unhappy',
  restock: false,
})

it('shipping, delivering and paying back have their entries, with what they changed', async () => {
  const { id } = await sold(test)
  const admin = systemIds.next()
  const staff = test.as(admin, ['customer', 'admin'])
  await staff.shipOrder({ id, carrier: 'DHL', trackingCode: 'Anna 1' })
  await staff.deliverOrder({ id })
  const { refund: paidBack } = await staff.refundOrder(refund(id, 500))

  const by = { who: `user ${admin} customer admin`, object: `order ${id}`, outcome: 'done' }
  expect(await audited(id)).toEqual([
    {
      ...by,
      action: 'order.refund',
      before: { payment: 'paid', refunded: 0 },
      after: {
        payment: 'refund_pending',
        refunded: 500,
        refundId: paidBack?.id,
        amount: 500,
        currency: 'EUR',
        restock: false,
      },
    },
    {
      ...by,
      action: 'order.deliver',
      before: { status: 'SHIPPED' },
      after: { status: 'DELIVERED' },
    },
    { ...by, action: 'order.ship', before: { status: 'PAID' }, after: { status: 'SHIPPED' } },
  ])
})

it('a machine is named by its client', async () => {
  const { id } = await sold(test)
  const token = test.tokens.machineToken({ clientId: 'warehouse', scopes: ['orders:ship'] })
  await test.rpcs.as({ token }).shipOrder({ id, carrier: undefined, trackingCode: undefined })
  expect(await audited(id)).toMatchObject([{ who: 'machine warehouse', action: 'order.ship' }])
})

it('what shoppers and the shop itself do is the timeline’s, and refusals leave no entry', async () => {
  const { id: member, order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder(wish)
  const id = order?.id ?? ''
  await test.as(member).cancelOrder({ id, orderToken: undefined })
  await test.later(60_000)
  const staff = test.as(systemIds.next(), ['admin'])
  const ship = staff.shipOrder({ id, carrier: undefined, trackingCode: undefined })
  expect(await refusalOf(ship)).toMatchObject({ code: 'illegal_move' })
  expect(await audited(id)).toEqual([])
})
