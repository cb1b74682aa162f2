import { expect, it } from '@jest/globals'
import { measure } from './book-million.ts'

it('the books read many pages once, and of what agreed only what is open again', async () => {
  const orders = 6_000
  const measured = await measure(orders)
  expect(measured.map(({ check, checked, broken }) => ({ check, checked, broken }))).toEqual([
    { check: 'first', checked: orders, broken: [] },
    { check: 'second', checked: Math.floor(orders / 5_000), broken: [] },
    { check: 'full', checked: orders, broken: [] },
  ])
}, 60_000)
