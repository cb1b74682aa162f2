import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { booleanQuery, likePattern, queryTerms, searchText } from './search.ts'

describe('search words', () => {
  it('are marked, so that the index keeps short ones and stopwords', () => {
    expect(searchText('The TV, Crème brûlée & mugs')).toBe(
      ' __the __tv __creme __brulee __mugs __mug ',
    )
    expect(searchText('&!')).toBe('')
    expect(searchText('緑茶 tea')).toBe(' __緑 __茶 __tea ')
  })

  it('of a query leave out small words unless there are no others', () => {
    const words = (q: string) => queryTerms(q).map(({ word, prefix }) => word + (prefix ? '*' : ''))
    expect(words('mugs for the kitchen')).toEqual(['__mug', '__kitchen*'])
    expect(words('of the')).toEqual(['__of', '__the*'])
    expect(words('mug mug mug')).toEqual(['__mug*'])
    expect(words('+-*"()@<>~')).toEqual([])
  })

  it('never let an operator or a wildcard of the caller through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (q) => {
        const terms = queryTerms(q)
        expect(booleanQuery(terms)).toMatch(/^(\+__[\p{L}\p{N}]+\*?( |$))*$/u)
        for (const term of terms) expect(likePattern(term)).toMatch(/^% \\_\\_[\p{L}\p{N}]+ ?%$/u)
      }),
    )
  })

  it('are bounded whatever comes', () => {
    const terms = queryTerms('word '.repeat(50_000) + 'x'.repeat(50_000))
    expect(terms.length).toBeLessThanOrEqual(8)
  })

  it('find the text they were made from', () => {
    const word = fc.constantFrom('mugs', 'glass', 'boxes', 'Crème', 'tv', 'Öl', 'x2')
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const text = searchText(words.join(' '))
        for (const { word: wanted, prefix } of queryTerms(words.join(' '))) {
          expect(text).toContain(prefix ? ` ${wanted}` : ` ${wanted} `)
        }
      }),
    )
  })
})
