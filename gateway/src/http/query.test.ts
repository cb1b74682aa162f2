import { describe, expect, it } from '@jest/globals'
import { HttpProblem } from '../problem/problem.ts'
import { parseQuery } from './query.ts'

const codeOf = (url: string): string => {
  try {
    parseQuery(url)
    return 'accepted'
  } catch (error) {
    return error instanceof HttpProblem ? error.code : `threw ${String(error)}`
  }
}

describe('the query of a URL', () => {
  it('gives each key its decoded text', () => {
    expect(parseQuery('/v1/products?q=green+tea&brand=caf%C3%A9&flag&x=a=b')).toEqual({
      q: 'green tea',
      brand: 'café',
      flag: '',
      x: 'a=b',
    })
    expect(parseQuery('/v1/products')).toEqual({})
    expect(parseQuery('/v1/products?')).toEqual({})
  })

  it.each([
    ['/?a=1&a=2', 'query_repeated'],
    ['/?a=1&%61=2', 'query_repeated'],
    ['/?a=%', 'url_malformed'],
    ['/?a=%ff', 'url_malformed'],
    ['/?a=%00', 'url_malformed'],
    ['/?%zz=1', 'url_malformed'],
  ])('S44 refuses %s as %s', (url, code) => {
    expect(codeOf(url)).toBe(code)
  })

  it('S43 knows no nesting and no prototype', () => {
    const query = parseQuery('/?a[__proto__][x]=1&__proto__=2')
    expect(query['a[__proto__][x]']).toBe('1')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(Object.getPrototypeOf(query)).toBe(Object.prototype)
  })
})
