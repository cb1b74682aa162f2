import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { guarded, unguarded } from './csv-row.ts'

/** Texts that are rich in what spreadsheets take for formulas. */
const cell = fc
  .array(fc.oneof(fc.constantFrom(...`=+-@'"\t\r\n ;,|＝＋－＠`), fc.string({ unit: 'grapheme' })))
  .map((parts) => parts.join(''))

describe('a cell of a file that staff open in a spreadsheet', () => {
  it.each(['=1+1', '+1', '-1+cmd|x', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '＠x'])(
    'starts no formula: %j',
    (text) => {
      expect(guarded(text)).toBe(`'${text}`)
    },
  )

  it.each(['', 'Tea', "it's", "'quoted'", '5 = 5', 'a@b', '1-2'])('stays as it is: %j', (text) => {
    expect([guarded(text), unguarded(text)]).toEqual([text, text])
  })

  it('is never taken for a formula, and reads as it was when it comes back, whatever it holds', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const exported = guarded(text)
        expect(exported).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u)
        expect(unguarded(exported)).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })
})
