import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import { type Cart, type Line, newCart, type Offer, type Offers } from './cart.ts'
import { addUnits, cleared, setUnits, withoutLine } from './lines.ts'
import { cartView, emptyView } from './view.ts'

const offer = (sku: string, availableQuantity = 50, cents = 250): Offer => ({
  sku,
  productId: `product of ${sku}`,
  handle: sku.toLowerCase(),
  title: `Title of ${sku}`,
  options: [{ name: 'Size', value: 'L' }],
  image: undefined,
  price: money(cents, 'EUR'),
  availableQuantity,
})

const offers = (...list: readonly Offer[]): Offers => new Map(list.map((of) => [of.sku, of]))

const now = new Date('2025-11-22T10:00:00Z')
const occasion = (...list: readonly Offer[]) => ({ offers: offers(...list), now, version: 'v2' })

const { sku: _sku, availableQuantity: _available, ...sight } = offer('A')
const line = (sku: string, quantity: number): Line => ({
  sku,
  quantity,
  addedAt: 5,
  lastSeen: { ...sight, title: `Title of ${sku}` },
})
const cartOf = (...lines: readonly Line[]): Cart => ({ ...newCart('id', 'v1'), lines })
const many = (count: number): Cart =>
  cartOf(...Array.from({ length: count }, (_, index) => line(`S${index}`, 1)))

const refusal = (work: () => unknown): object => {
  try {
    return { was: work() }
  } catch (error) {
    const { kind, code, params } = error as { kind: string; code: string; params: object }
    return { kind, code, params }
  }
}

it('adds a new line at the end with what was seen of it, under a new version', () => {
  const cart = addUnits(cartOf(line('B', 1)), { sku: 'A', quantity: 3 }, occasion(offer('A')))
  const { sku: _, availableQuantity: __, ...lastSeen } = offer('A')
  expect(cart).toEqual({
    ...cartOf(line('B', 1), { sku: 'A', quantity: 3, addedAt: now.getTime(), lastSeen }),
    version: 'v2',
  })
})

it('adds to a line in its place', () => {
  const cart = addUnits(
    cartOf(line('A', 2), line('B', 1)),
    { sku: 'A', quantity: 3 },
    occasion(offer('A')),
  )
  expect(cart.lines.map(({ sku, quantity, addedAt }) => [sku, quantity, addedAt])).toEqual([
    ['A', 5, 5],
    ['B', 1, 5],
  ])
})

it.each([0, -1, 1.5, 100, Number.NaN])('refuses to add %d units', (quantity) => {
  const work = () => addUnits(cartOf(), { sku: 'A', quantity }, occasion(offer('A')))
  expect(refusal(work)).toEqual({ kind: 'invalid', code: 'quantity_invalid', params: {} })
})

it('counts what is in the cart already when it refuses more than is there', () => {
  const cart = cartOf(line('A', 3))
  const work = () => addUnits(cart, { sku: 'A', quantity: 2 }, occasion(offer('A', 4)))
  const params = { sku: 'A', available: '4' }
  expect(refusal(work)).toEqual({ kind: 'precondition', code: 'out_of_stock', params })
})

it('tells of at most 99 units, and holds at most 99 a line', () => {
  const work = () =>
    addUnits(cartOf(line('A', 98)), { sku: 'A', quantity: 2 }, occasion(offer('A', 5_000)))
  const params = { sku: 'A', limit: '99' }
  expect(refusal(work)).toEqual({ kind: 'precondition', code: 'line_full', params })
  const view = cartView(cartOf(line('A', 1)), offers(offer('A', 5_000)), 'EUR')
  expect(view.items[0]?.availableQuantity).toBe(99)
})

it('holds 100 lines: one more is refused, more of one that is there is not', () => {
  const known = offer('S7')
  expect(
    refusal(() => addUnits(many(100), { sku: 'A', quantity: 1 }, occasion(offer('A')))),
  ).toEqual({ kind: 'precondition', code: 'cart_full', params: { limit: '100' } })
  expect(addUnits(many(99), { sku: 'A', quantity: 1 }, occasion(offer('A'))).lines).toHaveLength(
    100,
  )
  const more = addUnits(many(100), { sku: 'S7', quantity: 1 }, occasion(known))
  expect(more.lines[7]?.quantity).toBe(2)
})

it('does not know a sku without an offer', () => {
  const cart = cartOf()
  const work = () => addUnits(cart, { sku: 'A', quantity: 1 }, occasion())
  expect(refusal(work)).toEqual({ kind: 'not_found', code: 'sku_not_found', params: { sku: 'A' } })
})

it('sets a quantity, and 0 takes the line out', () => {
  const cart = cartOf(line('A', 2), line('B', 1))
  const set = (quantity: number) => setUnits(cart, { sku: 'A', quantity }, occasion(offer('A', 9)))
  expect(set(9)).toMatchObject({ version: 'v2', lines: [{ sku: 'A', quantity: 9 }, { sku: 'B' }] })
  expect(set(0)).toMatchObject({ version: 'v2', lines: [{ sku: 'B' }] })
  expect(set(2).version).toBe('v1')
  expect(refusal(() => set(10))).toMatchObject({ code: 'out_of_stock', params: { available: '9' } })
  expect(refusal(() => set(100))).toMatchObject({ code: 'quantity_invalid' })
  expect(refusal(() => setUnits(cart, { sku: 'X', quantity: 0 }, occasion()))).toEqual({
    kind: 'not_found',
    code: 'line_not_found',
    params: { sku: 'X' },
  })
})

it('lets nobody set a vanished product, but lets it be taken out', () => {
  const cart = cartOf(line('A', 2))
  const set = (quantity: number) => setUnits(cart, { sku: 'A', quantity }, occasion())
  expect(refusal(() => set(1))).toMatchObject({ code: 'out_of_stock', params: { available: '0' } })
  expect(set(0).lines).toEqual([])
})

it('gives back the same cart when there is nothing to remove or clear', () => {
  const cart = cartOf(line('A', 2))
  expect(withoutLine(cart, 'B', 'v2')).toBe(cart)
  expect(withoutLine(cart, 'A', 'v2')).toEqual({ ...cartOf(), version: 'v2' })
  expect(cleared(cart, 'v2')).toEqual({ ...cartOf(), version: 'v2' })
  const empty = cartOf()
  expect(cleared(empty, 'v2')).toBe(empty)
})

it('shows fresh prices, keeps what vanished visible, and sums what can be bought', () => {
  const cart = cartOf(line('A', 2), line('GONE', 3), line('FEW', 5))
  const view = cartView(cart, offers(offer('A', 2, 399), offer('FEW', 4, 100)), 'EUR')
  expect(view).toMatchObject({
    version: 'v1',
    subtotal: money(798, 'EUR'),
    items: [
      { sku: 'A', price: money(399, 'EUR'), lineTotal: money(798, 'EUR'), available: true },
      { sku: 'GONE', title: 'Title of GONE', quantity: 3, available: false, availableQuantity: 0 },
      { sku: 'FEW', quantity: 5, available: false, availableQuantity: 4 },
    ],
  })
  expect(emptyView('EUR')).toEqual({ items: [], subtotal: money(0, 'EUR'), version: '' })
})
