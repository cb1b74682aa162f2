import { describe, expect, it } from '@jest/globals'
import { ByteLru } from './byte-lru.ts'

describe('the byte-bounded cache', () => {
  it('drops what was used longest ago when the bytes are over', () => {
    const lru = new ByteLru<string>(300)
    lru.set('a', 'A', 98)
    lru.set('b', 'B', 98)
    lru.set('c', 'C', 98)
    lru.get('a')
    lru.set('d', 'D', 98)
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d')]).toEqual([
      'A',
      undefined,
      'C',
      'D',
    ])
    expect(lru.bytes).toBe(300)
  })

  it('does not take what is larger than all of it', () => {
    const lru = new ByteLru<string>(100)
    lru.set('a', 'A', 101)
    expect(lru.get('a')).toBeUndefined()
    expect(lru.bytes).toBe(0)
  })

  it('counts a replaced entry once', () => {
    const lru = new ByteLru<string>(1_000)
    lru.set('a', 'A', 100)
    lru.set('a', 'AA', 50)
    expect([lru.get('a'), lru.bytes, lru.size]).toEqual(['AA', 52, 1])
  })
})
