import { describe, expect, it } from '@jest/globals'
import { sumOf } from './metric.ts'

const text = `# HELP orders_total Orders
# TYPE orders_total counter
orders_total{outcome="declined",note="a \\"b\\" c"} 2
orders_total{outcome="paid"} 3
orders_total_extra 9
up 1
`

describe('a metric', () => {
  it('is the sum of its samples', () => {
    expect(sumOf(text, 'orders_total', {})).toBe(5)
    expect(sumOf(text, 'up', {})).toBe(1)
  })

  it('counts only samples with the labels asked for', () => {
    expect(sumOf(text, 'orders_total', { outcome: 'declined' })).toBe(2)
    expect(sumOf(text, 'orders_total', { outcome: 'pending' })).toBe(0)
  })

  it('is nothing where it is not told', () => {
    expect(sumOf(text, 'orders', {})).toBe(0)
    expect(sumOf('', 'orders_total', {})).toBe(0)
  })
})
