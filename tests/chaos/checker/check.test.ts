import { describe, expect, it } from '@jest/globals'
import { check, countsOf, invariants, judged, vacuous } from './check.ts'
import { clean, cleanOperations } from './clean.ts'
import { type Bad, first, soldOut } from './bad/build.ts'
import { badMoney } from './bad/money.ts'
import { badOrders } from './bad/orders.ts'
import { badQuiet } from './bad/quiet.ts'
import { badShoppers, goodSale } from './bad/shoppers.ts'
import { badStock } from './bad/stock.ts'

const bad: Bad = {
  ...badStock,
  ...badMoney,
  ...badOrders,
  ...badQuiet,
  ...badShoppers,
}

const each = Object.entries(bad).flatMap(([invariant, { history, database }]) => [
  ...Object.entries(history).map(([what, evidence]) => [invariant, what, evidence] as const),
  ...Object.entries(database).map(([what, evidence]) => [invariant, what, evidence] as const),
])

describe('the checker', () => {
  it('passes a clean run', () => {
    expect(check(clean)).toEqual([])
    expect(vacuous(countsOf(clean))).toEqual([])
  })

  it('passes a clean run in which something was sold out', () => {
    expect(check(soldOut).filter(({ invariant }) => invariant === 'I3')).toEqual([])
  })

  it('has a bad history and a bad database for each invariant', () => {
    expect(Object.keys(bad).toSorted()).toEqual(Object.keys(judged).toSorted())
    const counts = Object.keys(invariants).map((name) => [
      name,
      Object.keys(bad[name]?.history ?? {}).length > 0,
      Object.keys(bad[name]?.database ?? {}).length > 0,
    ])
    expect(counts).toEqual(Object.keys(invariants).map((name) => [name, true, true]))
  })

  it.each(each)('%s flags %s', (invariant, _what, evidence) => {
    expect(check(evidence).map((found) => found.invariant)).toContain(invariant)
  })

  it('judges recovery without the time for which others kept the machine busy', () => {
    const late = { firstOkMs: 30_000, fairFirstOkMs: 9000, fullMs: 90_000, fairFullMs: 40_000 }
    expect(check({ ...clean, faults: first(clean.faults, late) })).toEqual([])
    const slow = { ...late, fairFirstOkMs: 11_000 }
    expect(check({ ...clean, faults: first(clean.faults, slow) })).toHaveLength(1)
  })
})

describe('a sale on a machine that is busy with others', () => {
  const sale = { ...goodSale, slowdown: 3, paid: 19, refused: 179, other: ['503 x', '202'] }

  it('may have buyers without an answer at once', () => {
    expect(check({ ...clean, sale })).toEqual([])
    expect(check({ ...clean, sale: { ...sale, slowdown: 1 } })).not.toEqual([])
  })

  it('may not sell too much, nor break', () => {
    expect(check({ ...clean, sale: { ...sale, paid: 21 } })).not.toEqual([])
    expect(check({ ...clean, sale: { ...sale, other: ['500 internal'] } })).not.toEqual([])
  })
})

describe('a run that proves nothing', () => {
  it.each([
    [
      'refusals',
      {
        ...clean,
        operations: cleanOperations
          .filter(({ op, outcome }) => op !== 'place' || outcome !== 'fail')
          .filter(({ op }) => op !== 'place.other'),
      },
    ],
    ['duplicates', { ...clean, operations: cleanOperations.filter(({ replayed }) => !replayed) }],
    [
      'unknown',
      { ...clean, operations: cleanOperations.filter(({ outcome }) => outcome !== 'info') },
    ],
    ['stockReads', { ...clean, stockReads: 0 }],
    ['faultsFired', { ...clean, faults: first(clean.faults, { touched: 0 }) }],
  ] as const)('is known by having no %s', (name, evidence) => {
    expect(vacuous(countsOf(evidence))).toContain(name)
  })
})
