import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import {
  advance,
  type ChangeCursor,
  changeCursorFrom,
  changeCursorText,
  gapMs,
  maxGaps,
} from './changes.ts'

const row = (id: number) => ({ id, productId: `p${id}`, handle: `h${id}` })
const start: ChangeCursor = { last: 0, gaps: [] }

describe('the cursor of the changes', () => {
  it('sees every change once, in whatever order transactions commit', () => {
    const commits = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
    fc.assert(
      fc.property(commits, fc.array(fc.boolean()), (order, pauses) => {
        const committed = new Set<number>()
        const seen: number[] = []
        let cursor = start
        const poll = () => {
          const open = new Set(cursor.gaps.map(({ id }) => id))
          const ids = [...committed]
            .filter((id) => id > cursor.last || open.has(id))
            .toSorted((left, right) => left - right)
          seen.push(...ids)
          cursor = advance(cursor, ids.map(row), 1_000) ?? start
        }
        for (const [at, id] of order.entries()) {
          committed.add(id)
          if (pauses[at] ?? true) poll()
        }
        poll()
        expect(seen.toSorted((left, right) => left - right)).toEqual(
          order.toSorted((left, right) => left - right),
        )
      }),
    )
  })

  it('forgets an id that was rolled back', () => {
    const cursor = advance(start, [row(2)], 0)
    expect(cursor).toEqual({ last: 2, gaps: [{ id: 1, since: 0 }] })
    expect(advance(cursor!, [], gapMs - 1)?.gaps).toHaveLength(1)
    expect(advance(cursor!, [], gapMs)?.gaps).toEqual([])
  })

  it('starts anew when too many are missing', () => {
    expect(advance(start, [row(maxGaps + 1)], 0)?.gaps).toHaveLength(maxGaps)
    expect(advance(start, [row(maxGaps + 2)], 0)).toBeUndefined()
    expect(advance(start, [row(1e12)], 0)).toBeUndefined()
  })

  it('is a text and back', () => {
    const cursor = {
      last: 9,
      gaps: [
        { id: 3, since: 12 },
        { id: 5, since: 40 },
      ],
    }
    expect(changeCursorFrom(changeCursorText(cursor))).toEqual(cursor)
  })
})
