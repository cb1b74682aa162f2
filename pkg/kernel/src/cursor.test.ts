import { describe, expect, it } from '@jest/globals'
import { decodeCursor, encodeCursor } from './cursor.ts'

describe('a cursor', () => {
  it('gives back its place to the list it was made for', () => {
    const cursor = encodeCursor(['Tea', 7], { sort: 'title' })
    expect(decodeCursor(cursor, { sort: 'title' })).toEqual(['Tea', 7])
  })

  it('is refused by another list, and so is anything that is not a cursor', () => {
    const cursor = encodeCursor('x', { sort: 'title' })
    for (const bad of [
      cursor,
      '',
      '%',
      'W10',
      encodeCursor('x'),
      Buffer.from('{').toString('base64url'),
    ]) {
      expect(() => decodeCursor(bad, { sort: 'price' })).toThrow('cursor_invalid')
    }
  })
})
