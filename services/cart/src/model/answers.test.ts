import { expect, it } from '@jest/globals'
import { DomainError, money } from '@micromart/kernel'
import { answeredBefore, mostAnswers, mostAnswerText, type Outcome, withAnswer } from './answers.ts'
import { type Cart, newCart } from './cart.ts'
import { OutOfStock } from './errors.ts'
import { type CartView, emptyView } from './view.ts'

const write = (key: string, of: { scope?: string; fingerprint?: string } = {}) => ({
  key,
  scope: 'scope',
  fingerprint: 'body',
  ...of,
})

const view: CartView = {
  items: [
    {
      sku: 'A',
      productId: 'p',
      handle: 'a',
      title: 'A',
      options: [{ name: 'amount', value: '12' }],
      image: undefined,
      price: money(9_007_199_254_740_993n, 'EUR'),
      quantity: 2,
      lineTotal: money(18_014_398_509_481_986n, 'EUR'),
      available: true,
      availableQuantity: 9,
    },
  ],
  subtotal: money(18_014_398_509_481_986n, 'EUR'),
  version: 'v1',
}

const cart = newCart('id', 'v1')
const viewed = (version: string): Outcome => ({ view: { ...emptyView('EUR'), version } })
const keysOf = ({ answers }: Cart) => answers.map(({ key }) => key)

it('answers a repeat as the first was answered, to the last cent', () => {
  const kept = withAnswer(cart, write('k'), { view })
  expect(answeredBefore(kept, write('k'))).toEqual({ view })
  expect(answeredBefore(kept, write('other'))).toBeUndefined()
  expect(answeredBefore(kept, write('k', { scope: 'another route' }))).toBeUndefined()
})

it('repeats a refusal with its code, its params and the trace of the first', () => {
  const first = { ...write('k'), traceId: 'first' }
  const kept = withAnswer(cart, first, { refusal: new OutOfStock('A', 3) })
  const { refusal } = answeredBefore(kept, write('k')) as { refusal: DomainError }
  expect(refusal).toBeInstanceOf(DomainError)
  expect(refusal).toMatchObject({
    kind: 'precondition',
    code: 'out_of_stock',
    params: { sku: 'A', available: '3', traceId: 'first' },
  })
})

it('refuses a key that came with something else', () => {
  const kept = withAnswer(cart, write('k'), viewed('v2'))
  expect(() => answeredBefore(kept, write('k', { fingerprint: 'another body' }))).toThrow(
    expect.objectContaining({ kind: 'precondition', code: 'idempotency_mismatch' }),
  )
})

it('keeps the newest 20', () => {
  const keys = Array.from({ length: mostAnswers + 5 }, (_, index) => `k${index}`)
  const full = keys.reduce((of, key) => withAnswer(of, write(key), viewed(key)), cart)
  expect(keysOf(full)).toEqual(keys.slice(5))
})

it('keeps no more than 256 KB, but always the newest', () => {
  const third = viewed('x'.repeat(mostAnswerText / 3))
  const whole = viewed('x'.repeat(mostAnswerText))
  const full = ['a', 'b', 'c'].reduce((of, key) => withAnswer(of, write(key), third), cart)
  expect(keysOf(full)).toEqual(['b', 'c'])
  const over = withAnswer(full, write('d'), whole)
  expect(keysOf(over)).toEqual(['d'])
  expect(keysOf(withAnswer(over, write('e'), viewed('v')))).toEqual(['e'])
})
