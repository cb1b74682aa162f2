import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import { shown } from './step.ts'

it.each([
  ['EUR', '19.99 EUR'],
  ['JPY', '1999 JPY'],
  ['KWD', '1.999 KWD'],
])('tells support an amount in %s as people write it', (currency, text) => {
  expect(shown(money(1999n, currency))).toBe(text)
})
