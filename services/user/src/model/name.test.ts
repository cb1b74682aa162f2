import { expect, it } from '@jest/globals'
import { NameInvalid } from './errors.ts'
import { nameOf } from './name.ts'

it.each(['Ann', 'Ann-Marie O’Neil', '李小龙', "Robert'); DROP TABLE account;--"])(
  'a name is kept as written: %s',
  (name) => {
    expect(nameOf(` ${name} `)).toBe(name)
  },
)

it.each(['', '   ', 'a'.repeat(201), 'a\nb', 'a\u0000b'])('a name is refused: %j', (name) => {
  expect(() => nameOf(name)).toThrow(NameInvalid)
})
