import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { keyContract, type KeyedRequest, type KeyedSubject } from '@micromart/testing'
import { mostAnswers } from '../src/model/answers.ts'
import { newId, startForTest, type TestShop } from './start-for-test.ts'

const digest = (of: unknown) => createHash('sha256').update(JSON.stringify(of)).digest('hex')

const skus = { one: 'A', other: 'B' } as const

const isAway = () => {
  throw new DomainError('unavailable', 'database_unavailable')
}

/** Adds one unit to a member's cart; keys and lines are one entry. */
const subjectOn = (shop: TestShop): KeyedSubject => {
  const ids = { ada: newId(), ben: newId() }
  for (const sku of Object.values(skus)) shop.shelf.put(sku)
  let quantity = 1

  const keyed = ({ key, body, principal, route }: KeyedRequest) => {
    const id = ids[principal]
    const scope = digest([id, route])
    return shop.keyed(id, { key, scope, fingerprint: digest([id, route, body]) })
  }
  const send: KeyedSubject['send'] = async (request) => {
    const { caller, rpc } = keyed(request)
    const sku = skus[request.body]
    const wanted = quantity
    quantity = 1
    try {
      const { cart } = await rpc.addItem({ cartToken: undefined, sku, quantity: wanted })
      return { outcome: cart?.version ?? '', isRefusal: false, replayed: caller.replayed ?? false }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      return { outcome: error.code, isRefusal: true, replayed: caller.replayed ?? false }
    }
  }
  const unitsOf = async (id: string) => {
    const { lines } = await shop.member(id).getLines({})
    return lines.reduce((sum, line) => sum + line.quantity, 0)
  }
  return {
    send,
    effects: async () => (await unitsOf(ids.ada)) + (await unitsOf(ids.ben)),
    meets: (fate) => {
      if (fate === 'bad input') quantity = 0
      if (fate === 'refusal') shop.shelf.next(() => {}, { availableQuantity: 0n })
      if (fate === 'outage') shop.shelf.next(isAway)
    },
    holds: () => {
      const [reached, until] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      shop.shelf.next(() => {
        reached.resolve()
        return until.promise
      })
      return { reached: reached.promise, letGo: until.resolve }
    },
    forgets: async () => {
      for (let at = 0; at < mostAnswers; at += 1) {
        const request = { key: `another ${at}`, body: 'one', principal: 'ada' } as const
        expect((await send({ ...request, route: 'first' })).isRefusal).toBe(false)
      }
    },
  }
}

const traits = { repeatMeanwhile: 'waits', mayDie: false, hasRoutes: true } as const

let shop: TestShop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

it.each(keyContract(traits))('%s', (_name, run) => run(subjectOn(shop)))
