import { describe, expect, it } from '@jest/globals'
import { auditFiltersOf, changedFields } from './audit.ts'

describe('the fields that changed', () => {
  it('stand on each side with their own value', () => {
    const before = { title: 'Mug', brand: 'Oliva', tags: ['a'], stock: 1 }
    const after = { title: 'Cup', tags: ['a'], stock: 1, handle: 'cup' }
    expect(changedFields(before, after)).toEqual({
      before: { title: 'Mug', brand: 'Oliva' },
      after: { title: 'Cup', handle: 'cup' },
    })
  })

  it('are cut where they are long', () => {
    const { after } = changedFields({}, { description: 'x'.repeat(1_234) })
    expect(after).toEqual({ description: `${'x'.repeat(300)}... (1234 characters)` })
  })

  it('are none of equal states', () => {
    expect(changedFields({ a: [1], b: undefined }, { a: [1] })).toEqual({ before: {}, after: {} })
  })
})

it('a cursor belongs to the filters, in whatever order they are said', () => {
  const since = new Date('2026-01-31T12:00:00.000Z')
  const one = auditFiltersOf({ limit: 5, actorId: 'u', since })
  expect(auditFiltersOf({ since, cursor: 'x', limit: 9, actorId: 'u', action: undefined })).toEqual(
    one,
  )
  expect(auditFiltersOf({ limit: 5, actorId: 'u' })).not.toEqual(one)
})
