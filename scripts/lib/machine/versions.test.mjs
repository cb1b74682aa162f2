import { describe, expect, it } from '@jest/globals'
import { compareVersions, inRange, versionIn } from './versions.mjs'

describe('a version', () => {
  it.each([
    ['CLI version: 1.16.5 \nRuntime version: n/a', [1, 16, 5]],
    ['1.18.2', [1, 18, 2]],
    ['go version go1.26.8 linux/amd64', [1, 26, 8]],
    ['openjdk version "17.0.15" 2025-04-15', [17, 0, 15]],
    ['v1.17', [1, 17, 0]],
  ])('is found in %j', (text, version) => {
    expect(versionIn(text)).toEqual(version)
  })

  it.each([['edge'], [''], [undefined]])('is absent from %j', (text) => {
    expect(versionIn(text)).toBeUndefined()
  })

  it('compares by numbers, not by letters', () => {
    expect(compareVersions([1, 9, 0], [1, 10, 0])).toBeLessThan(0)
    expect(compareVersions([2, 0], [2, 0, 0])).toBe(0)
  })

  it('is in a range from its lower end up to, not including, its upper end', () => {
    const range = { from: [1, 16, 0], below: [1, 19, 0] }
    const versions = [[1, 15, 9], [1, 16, 0], [1, 18, 9], [1, 19, 0], undefined]
    expect(versions.map((version) => inRange(version, range))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })
})
