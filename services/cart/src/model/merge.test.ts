import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import * as fc from 'fast-check'
import { type PaidOrder, withoutBought } from './bought.ts'
import { type Cart, type FrozenCart, type Line, memberKey, newCart } from './cart.ts'
import { remembered, remembers } from './memory.ts'
import { absorbed, applied, frozen, mergedLines } from './merge.ts'

const lastSeen = {
  productId: 'p',
  handle: 'h',
  title: 't',
  options: [],
  image: undefined,
  price: money(100, 'EUR'),
}

const line = (sku: string, quantity: number, addedAt = 1): Line => ({
  sku,
  quantity,
  addedAt,
  lastSeen,
})

const anyLines = (maxLength: number, mostQuantity: number) =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: mostQuantity }),
        fc.nat(50),
      ),
      {
        maxLength,
        selector: ([sku]) => sku,
      },
    )
    .map((rows) =>
      rows
        .map(([sku, quantity, addedAt]) => line(`S${sku}`, quantity, addedAt))
        .toSorted((a, b) => a.addedAt - b.addedAt || (a.sku < b.sku ? -1 : 1)),
    )

const cartOf = (id: string, lines: readonly Line[], takenOrders: readonly string[] = []): Cart => ({
  ...newCart(id, `${id} v1`),
  lines,
  takenOrders,
})

const guestOf = (id: string, lines: readonly Line[], takenOrders: readonly string[] = []) =>
  frozen(cartOf(id, lines, takenOrders), memberKey('m'))

const units = (lines: readonly Line[]): Map<string, number> =>
  new Map(lines.map(({ sku, quantity }) => [sku, quantity]))

it('merges in either order to the same lines', () => {
  fc.assert(
    fc.property(anyLines(100, 99), anyLines(100, 99), (one, other) => {
      expect(mergedLines(one, other)).toEqual(mergedLines(other, one))
    }),
  )
})

it('loses nothing: each sku has the units of both, as far as 99 go', () => {
  fc.assert(
    fc.property(anyLines(50, 99), anyLines(50, 99), (one, other) => {
      const merged = units(mergedLines(one, other))
      for (const sku of [...units(one).keys(), ...units(other).keys()]) {
        const both = (units(one).get(sku) ?? 0) + (units(other).get(sku) ?? 0)
        expect(merged.get(sku)).toBe(Math.min(99, both))
      }
    }),
  )
})

it('keeps 100 lines and 99 a line, whatever comes together', () => {
  fc.assert(
    fc.property(anyLines(100, 99), anyLines(100, 99), (one, other) => {
      const merged = mergedLines(one, other)
      expect(merged.length).toBeLessThanOrEqual(100)
      expect(merged.every(({ quantity }) => quantity >= 1 && quantity <= 99)).toBe(true)
    }),
  )
})

it('takes guest carts in any order, and each of them once', () => {
  const ids = ['g1', 'g2', 'g3']
  const someGuests = fc.tuple(anyLines(30, 99), anyLines(30, 99), anyLines(30, 99))
  const order = fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 })
  fc.assert(
    fc.property(anyLines(10, 99), someGuests, order, (own, lists, sequence) => {
      const guests = lists.map((lines, index) => guestOf(ids[index]!, lines))
      const merge = (indexes: readonly number[]) =>
        indexes.reduce<Cart>((cart, at) => absorbed(cart, guests[at]!, 'v2'), cartOf('m', own))
      expect(merge(sequence).lines).toEqual(merge([0, 1, 2]).lines)
      expect(merge(sequence).mergedCarts.toSorted()).toEqual(ids)
    }),
  )
})

it('freezes a cart with all it holds, and empties the tombstone once that is applied', () => {
  const cart = cartOf('g', [line('A', 2)], ['o1'])
  const guest: FrozenCart = frozen(cart, memberKey('m'))
  expect(guest).toEqual({
    state: 'frozen',
    id: 'g',
    mergedInto: 'member:m',
    applied: false,
    lines: cart.lines,
    takenOrders: ['o1'],
  })
  expect(applied(guest)).toEqual({ ...guest, applied: true, lines: [], takenOrders: [] })
  const member = cartOf('m', [line('A', 1)])
  expect(absorbed(member, applied(guest), 'v2')).toBe(member)
})

it('keeps the version when the guest had no lines, and takes over what the guest had bought', () => {
  const member = absorbed(cartOf('m', [line('A', 1)], ['o2']), guestOf('g', [], ['o1']), 'v2')
  expect(member).toMatchObject({ version: 'm v1', takenOrders: ['o1', 'o2'], mergedCarts: ['g'] })
})

const paid = (of: Partial<PaidOrder>): PaidOrder => ({
  orderId: 'o1',
  cartId: 'c',
  cartKey: 'member:m',
  lines: [{ sku: 'A', quantity: 2 }],
  ...of,
})

it('takes out what was bought, once, and leaves what was added later', () => {
  const cart = cartOf('c', [line('A', 5), line('B', 1)])
  const after = withoutBought(cart, paid({}), 'v2')
  expect(after).toMatchObject({ version: 'v2', takenOrders: ['o1'] })
  expect(units(after.lines)).toEqual(
    new Map([
      ['A', 3],
      ['B', 1],
    ]),
  )
  expect(withoutBought(after, paid({}), 'v3')).toBe(after)
})

it('never goes below zero, and sums lines of one sku', () => {
  const lines = [
    { sku: 'A', quantity: 2 },
    { sku: 'A', quantity: 9 },
    { sku: 'GONE', quantity: 1 },
  ]
  const after = withoutBought(cartOf('c', [line('A', 5), line('B', 1)]), paid({ lines }), 'v2')
  expect(units(after.lines)).toEqual(new Map([['B', 1]]))
})

it('remembers an order that changes no line, under the same version', () => {
  const after = withoutBought(cartOf('c', [line('B', 1)]), paid({}), 'v2')
  expect(after).toMatchObject({ version: 'c v1', takenOrders: ['o1'], lines: [{ sku: 'B' }] })
})

it('ignores an order of another cart, but not one of a cart merged into it', () => {
  const cart = cartOf('m', [line('A', 5)])
  expect(withoutBought(cart, paid({}), 'v2')).toBe(cart)
  const merged = absorbed(cart, guestOf('c', [line('A', 2)]), 'v2')
  expect(units(withoutBought(merged, paid({}), 'v3').lines)).toEqual(new Map([['A', 5]]))
})

it('takes orders in any order, and any of them again, to the same end', () => {
  const orders = fc.uniqueArray(
    fc.record({
      orderId: fc.uuid({ version: 7 }),
      lines: fc.array(
        fc.record({
          sku: fc.constantFrom('A', 'B', 'C'),
          quantity: fc.integer({ min: 1, max: 9 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 8, selector: ({ orderId }) => orderId },
  )
  const start = cartOf('c', [line('A', 40), line('B', 20), line('C', 3)])
  const after = (list: readonly Partial<PaidOrder>[]) =>
    list.reduce<Cart>((cart, order) => withoutBought(cart, paid(order), 'v2'), start)
  fc.assert(
    fc.property(
      orders.chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
        ),
      ),
      ([list, repeated]) => {
        expect(after(repeated)).toEqual(after(list))
      },
    ),
  )
})

it('forgets the oldest of more than 50 ids, and still refuses what it must have forgotten', () => {
  const ids = Array.from({ length: 60 }, (_, index) => `id ${String(index).padStart(2, '0')}`)
  const memory = remembered(ids.slice(0, 30), ids.slice(20))
  expect(memory).toEqual(ids.slice(10))
  expect(remembers(memory, 'id 03')).toBe(true)
  expect(remembers(memory, 'id 33')).toBe(true)
  expect(remembers(memory, 'id 99')).toBe(false)
  expect(remembers(ids.slice(10, 20), 'id 03')).toBe(false)
})
