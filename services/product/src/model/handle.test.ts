import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { freeHandle, handleFrom, isHandle } from './handle.ts'

describe('a handle', () => {
  it.each([
    ['Crème Brûlée', 'creme-brulee'],
    ['  Straße & Söhne!  ', 'strasse-sohne'],
    ['50% Off -- Now', '50-off-now'],
    ['緑茶', '緑茶'],
    ['☕', ''],
  ])('of %p is %p', (title, handle) => {
    expect(handleFrom(title)).toBe(handle)
  })

  it('made from any title is one, or empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (title) => {
        const handle = handleFrom(title)
        expect(handle === '' || isHandle(handle)).toBe(true)
      }),
    )
  })

  it.each([
    '',
    'A',
    'a b',
    '-a',
    'a-',
    'a--b',
    'a/b',
    '../x',
    '01a204a1-592e-71bc-a0ca-fb2e0f3443b2',
    'a'.repeat(201),
  ])('is not %p', (text) => expect(isHandle(text)).toBe(false))

  it('is made free by a number', () => {
    expect(freeHandle('mug', new Set())).toBe('mug')
    expect(freeHandle('mug', new Set(['mug', 'mug-2', 'mug-4']))).toBe('mug-3')
  })
})
