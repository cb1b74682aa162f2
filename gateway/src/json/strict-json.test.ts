import { describe, expect, it } from '@jest/globals'
import { assert, jsonValue, property } from 'fast-check'
import { HttpProblem } from '../problem/problem.ts'
import { parseJson } from './strict-json.ts'

const parse = (text: string): unknown => parseJson(Buffer.from(text))

const codeOf = (body: Uint8Array): string => {
  try {
    parseJson(body)
    return 'accepted'
  } catch (error) {
    return error instanceof HttpProblem ? error.code : `threw ${String(error)}`
  }
}

const depth = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

describe('S42 JSON of strangers', () => {
  it('reads what JSON.parse reads', () => {
    assert(
      property(jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        if (text.includes('__proto__')) return
        if (/\d{16}|[eE]/.test(text)) return // may leave the safe range
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['', 'json_malformed'],
    ['{', 'json_malformed'],
    ['{"a":}', 'json_malformed'],
    ['{"a":1,}', 'json_malformed'],
    ["{'a':1}", 'json_malformed'],
    ['"unended', 'json_malformed'],
    ['"\\x"', 'json_malformed'],
    ['[1] [2]', 'json_malformed'],
    ['NaN', 'json_malformed'],
    [depth(33), 'json_too_deep'],
    [depth(100_000), 'json_too_deep'],
    ['['.repeat(50_000), 'json_too_deep'],
    [`[${'1,'.repeat(1_000)}1]`, 'json_too_large'],
    [`{${Array.from({ length: 101 }, (_, n) => `"k${n}":1`).join()}}`, 'json_too_large'],
    ['{"a":1,"a":2}', 'json_key_repeated'],
    ['{"a":1,"\\u0061":2}', 'json_key_repeated'],
    ['{"__proto__":{"x":1}}', 'json_key_forbidden'],
    ['{"\\u005f_proto__":{"x":1}}', 'json_key_forbidden'],
    ['1e999', 'json_number_range'],
    ['-1e999', 'json_number_range'],
    ['9007199254740993', 'json_number_range'],
    ['1e300', 'json_number_range'],
    ['"\\ud800"', 'json_text_malformed'],
    ['{"\\udc00":1}', 'json_text_malformed'],
  ])('refuses %.40s as %s', (text, code) => {
    expect(codeOf(Buffer.from(text))).toBe(code)
  })

  it('refuses what is not UTF-8', () => {
    expect(codeOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('json_malformed')
    expect(codeOf(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('json_malformed')
  })

  it('accepts the bounds themselves', () => {
    expect(codeOf(Buffer.from(depth(32)))).toBe('accepted')
    expect(codeOf(Buffer.from(`[${'1,'.repeat(999)}1]`))).toBe('accepted')
    expect(codeOf(Buffer.from('9007199254740991'))).toBe('accepted')
    expect(codeOf(Buffer.from('"\\ud83d\\ude00"'))).toBe('accepted')
  })

  it('equal keys in different objects are not repeated', () => {
    expect(parse('[{"a":{"a":1}},{"a":[{"a":2}]}]')).toEqual([{ a: { a: 1 } }, { a: [{ a: 2 }] }])
  })

  it('S43 leaves the prototype of objects alone', () => {
    parse('{"constructor":{"prototype":{"x":1}}}')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})
