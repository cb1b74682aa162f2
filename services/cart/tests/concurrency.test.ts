import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { topics } from '@micromart/contracts'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import { guestCart, newId, refusalOf, startForTest, unitsOf } from './start-for-test.ts'

const skus = ['A', 'B', 'C'] as const

it('loses no edit of one cart, made at once through two replicas', async () => {
  await using shop = await startForTest({ replicas: 2 })
  for (const sku of skus) shop.shelf.put(sku)
  const edits = fc.array(
    fc.record({
      sku: fc.constantFrom(...skus),
      quantity: fc.integer({ min: 1, max: 3 }),
      replica: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 2, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(edits, async (list) => {
      const replicas = shop.members(newId())
      const adds = list.map(({ replica, ...line }) => replicas[replica]!.addItem(line))
      await Promise.all(adds)
      const { lines } = await replicas[0]!.getLines({})
      const wanted: { [sku: string]: number } = {}
      for (const { sku, quantity } of list) wanted[sku] = (wanted[sku] ?? 0) + quantity
      expect(unitsOf(lines)).toEqual(wanted)
    }),
    { numRuns: 40 },
  )
})

it('neither loses nor doubles a line while guest and member write and the carts are merged', async () => {
  await using shop = await startForTest({ replicas: 2 })
  const writes = fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(writes, writes, async (byGuest, byMember) => {
      const cartToken = await guestCart(shop, { A: 1 })
      const members = shop.members(newId())
      const [added] = await Promise.all([
        Promise.all(
          byGuest.map((quantity) => shop.guests[1]!.addItem({ cartToken, sku: 'A', quantity })),
        ),
        Promise.all(byMember.map((quantity) => members[0]!.addItem({ sku: 'A', quantity }))),
        members[0]!.mergeCart({ cartToken }),
        members[1]!.mergeCart({ cartToken }),
      ])
      const late = added.flatMap(({ cartToken: minted }) => minted ?? []) // came after the freeze
      const carts = await Promise.all([
        members[0]!.getLines({}),
        ...late.map((minted) => shop.guest.getLines({ cartToken: minted })),
      ])
      const units = carts
        .flatMap(({ lines }) => lines)
        .reduce((sum, { quantity }) => sum + quantity, 0)
      expect(units).toBe([1, ...byGuest, ...byMember].reduce((sum, quantity) => sum + quantity))
    }),
    { numRuns: 30 },
  )
})

it('takes an order out once while the shopper goes on and the cart is merged', async () => {
  await using shop = await startForTest({ replicas: 2 })
  for (let round = 0; round < 20; round += 1) {
    const cartToken = await guestCart(shop, { A: 5 })
    const { cartId } = await shop.guest.getLines({ cartToken })
    const cartKey = guestTokens.keyOf(cartToken)
    const paid = { orderId: newId(), cartId, cartKey, lines: [{ sku: 'A', quantity: 5 }] }
    const [one, two] = shop.members(newId())
    const answers = await Promise.all([
      shop.sidecar.deliver(topics.orderPaid, paid),
      two!.mergeCart({ cartToken }),
      one!.addItem({ sku: 'A', quantity: 2 }),
      shop.sidecar.deliver(topics.orderPaid, paid),
    ])
    expect([answers[0], answers[3]]).toEqual(['SUCCESS', 'SUCCESS'])
    const { lines, takenOrderIds } = await one!.getLines({})
    expect(unitsOf(lines)).toEqual({ A: 2 })
    expect(takenOrderIds).toEqual([paid.orderId])
  }
})

it('gives up after some tries on a cart that others keep writing, and says so', async () => {
  let others = 0
  let writeAsOther: (() => void) | undefined
  const now = () => {
    writeAsOther?.() // an edit asks for the time between its reading and its writing
    return new Date()
  }
  await using shop = await startForTest({ clock: { now } })
  const cartToken = await guestCart(shop, { A: 1 })
  const { state } = shop.sidecar
  const key = guestTokens.keyOf(cartToken)
  writeAsOther = () => {
    others += 1
    state.set(key, { ...state.get(key)!, etag: `other ${others}` })
  }
  expect(await refusalOf(shop.guest.addItem({ cartToken, sku: 'A', quantity: 1 }))).toEqual({
    kind: 'conflict',
    code: 'cart_busy',
    params: {},
  })
  expect(others).toBe(10)
  expect(shop.sidecar.calls()).toEqual(['product.GetOffers', 'product.GetOffers'])
  expect(unitsOf((await shop.guest.getLines({ cartToken })).lines)).toEqual({ A: 1 })
})
