import { afterAll, afterEach, beforeAll, it } from '@jest/globals'
import { inspect } from 'node:util'
import { OrderStatus } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import {
  eventually,
  keyContract,
  type KeyedReply,
  type KeyedRequest,
  type KeyedSubject,
} from '@micromart/testing'
import { ordersMysql } from '../src/repository/orders-mysql.ts'
import { entities } from '../src/repository/rows.ts'
import { away } from './fake-shop.ts'
import { mortality } from './mortal.ts'
import { aWish, startForTest, type TestShop } from './start.ts'

const death = mortality()
let test: TestShop
beforeAll(async () => {
  test = await startForTest(death.ports)
})
afterEach(() => death.bury())
afterAll(() => test[Symbol.asyncDispose]())

const fourDays = 4 * 24 * 3_600_000
const { ORDER_STATUS_PAID } = OrderStatus

/** As frozen refusals say it to the gateway. */
const wasReplayed = ({ params }: DomainError): boolean => params['replayed'] === 'true'

const replyOf = async (
  placed: Promise<{ readonly order?: object | undefined; readonly replayed: boolean }>,
): Promise<KeyedReply> => {
  try {
    const { order, replayed } = await placed
    return { outcome: inspect(order, { depth: 9 }), isRefusal: false, replayed }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return { outcome: error.code, isRefusal: true, replayed: wasReplayed(error) }
  }
}

/** Buys a cart that is full again each time: only the key tells a repeat from another purchase. */
const subject = (): KeyedSubject => {
  const { shop } = test
  const ids = { ada: systemIds.next(), ben: systemIds.next() }
  const sku = shop.offer(1_000n, 90)
  let badInput = false

  const ordersOf = async (id: string) =>
    (await test.as(id).listOrders({ limit: 100, cursor: undefined })).items
  const fill = async (id: string) => {
    const taken = (await ordersOf(id)).map((order) => order.id)
    shop.fill(id, [{ sku, quantity: 1 }], { taken })
  }
  const place = ({ key, body, principal }: KeyedRequest) => {
    const fingerprint = (body === 'one' ? 'a' : 'b').repeat(64)
    const wish = aWish({ idempotencyKey: key, fingerprint })
    const shipTo = badInput ? ({ $case: 'addressId', value: 'unknown' } as const) : wish.shipTo
    badInput = false
    return test.as(ids[principal]).placeOrder({ ...wish, shipTo })
  }
  return {
    send: async (request) => {
      await fill(ids[request.principal])
      return replyOf(place(request))
    },
    effects: async () => {
      const orders = [...(await ordersOf(ids.ada)), ...(await ordersOf(ids.ben))]
      return orders.filter(({ status }) => status === ORDER_STATUS_PAID).length
    },
    meets: (fate) => {
      badInput = fate === 'bad input'
      if (fate === 'outage') shop.next('payment.OpenPayment', away)
      const stock = (units: number) => () => shop.setAvailable(sku, units)
      if (fate === 'refusal') shop.next('product.HoldStock', stock(0), stock(90))
    },
    holds: () => {
      const [reached, until] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      shop.next('payment.Charge', () => {
        reached.resolve()
        return until.promise
      })
      return { reached: reached.promise, letGo: until.resolve }
    },
    dies: async (request) => {
      await fill(ids[request.principal])
      const armed = death.arm('charge', 'after')
      place(request).catch(() => undefined) // its answer never comes
      await eventually(() => {
        if (!armed.reached) throw new Error('it still lives')
      })
    },
    waits: () => test.clock.advance(12_500),
    forgets: async () => {
      await using db = await openDatabase({ url: test.database.url, entities })
      const orders = ordersMysql(db, systemIds, { event: () => {}, entries: () => {} })
      await orders.prune(new Date(test.clock.now().getTime() + fourDays))
    },
  }
}

const traits = {
  repeatMeanwhile: 'is told to come back',
  mayDie: true,
  hasRoutes: false, // it is one
} as const

it.each(keyContract(traits))('%s', (_name, run) => run(subject()))
