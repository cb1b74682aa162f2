import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { IllegalMove } from './errors.ts'
import { cameToNothing, move, moves, type OrderStatus, orderStatuses } from './status.ts'

const status = fc.constantFrom(...orderStatuses)

describe('move', () => {
  it('moves along the table and nowhere else, naming both states', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        if (moves[from].includes(to)) {
          expect(move({ status: from }, to)).toEqual({ status: to })
          return
        }
        expect(() => move({ status: from }, to)).toThrow(
          expect.objectContaining({ code: 'illegal_move', params: { from, to } }),
        )
      }),
    )
  })

  it('never leaves a terminal state, and every walk ends', () => {
    const walk = (from: OrderStatus, choices: readonly number[]): number => {
      const next = moves[from]
      const [choice = 0, ...rest] = choices
      const to = next[choice % Math.max(1, next.length)]
      return to === undefined ? 0 : 1 + walk(to, rest)
    }
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 10 }), (choices) => {
        expect(walk('PENDING', choices)).toBeLessThanOrEqual(5)
      }),
    )
    for (const end of ['REJECTED', 'FAILED', 'CANCELLED', 'REFUNDED'] as const) {
      expect(moves[end]).toEqual([])
    }
  })

  it('reaches PAID once at most', () => {
    const after = (from: OrderStatus): readonly OrderStatus[] => [
      ...new Set(moves[from].flatMap((to) => [to, ...after(to)])),
    ]
    expect(after('PAID')).not.toContain('PAID')
    expect(after('PAID').toSorted()).toEqual(['CANCELLED', 'DELIVERED', 'REFUNDED', 'SHIPPED'])
  })

  it('keeps the rest of the order', () => {
    const order = { status: 'PENDING', id: 'x' } as const
    expect(move(order, 'PAID')).toEqual({ status: 'PAID', id: 'x' })
    expect(() => move(order, 'SHIPPED')).toThrow(IllegalMove)
  })
})

it('gives the cart free only where nothing was bought in the end', () => {
  expect(orderStatuses.filter(cameToNothing)).toEqual(['REJECTED', 'FAILED', 'CANCELLED'])
})
