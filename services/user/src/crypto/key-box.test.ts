import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { keyBox } from './key-box.ts'

const newKek = () => randomBytes(32).toString('base64')
const box = keyBox(newKek())
const secret = Buffer.from('a private key')

describe('the box of signing keys', () => {
  it('opens what it sealed, and seals nothing twice alike', () => {
    expect(box.open(box.seal(secret, 'kid-1'), 'kid-1')).toEqual(secret)
    expect(box.seal(secret, 'kid-1')).not.toBe(box.seal(secret, 'kid-1'))
  })

  it('S28 opens nothing with another key, under another label or after any change', () => {
    const sealed = box.seal(secret, 'kid-1')
    expect(() => keyBox(newKek()).open(sealed, 'kid-1')).toThrow()
    expect(() => box.open(sealed, 'kid-2')).toThrow()
    const bytes = Buffer.from(sealed, 'base64')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        expect(() => box.open(changed.toString('base64'), 'kid-1')).toThrow()
      }),
    )
  })

  it.each(['', 'short', randomBytes(31).toString('base64')])(
    'S9 is not made with a key of another length: %j',
    (kek) => {
      expect(() => keyBox(kek)).toThrow('32 bytes')
    },
  )
})
