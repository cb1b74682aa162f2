import { expect, it } from '@jest/globals'
import { notesOf, versionOf } from './changelog.mjs'

const text = `# Changelog

## Unreleased

- later

## [1.1.0] - 2026-12-01

### Added

- this

## 1.0.0

- first

## 0.9.0
`

it.each([
  ['1.1.0', '### Added\n\n- this'],
  ['1.0.0', '- first'],
])('says what is new in %s', (version, notes) => expect(notesOf(text, version)).toBe(notes))

it('refuses a version that is not named, or of which nothing is said', () => {
  expect(() => notesOf(text, '1.2.0')).toThrow('CHANGELOG.md has no heading "## 1.2.0"')
  expect(() => notesOf(text, '0.9.0')).toThrow('CHANGELOG.md says nothing under "## 0.9.0"')
})

it('reads the version of a tag', () => {
  expect(versionOf('v1.4.0')).toBe('1.4.0')
  expect(versionOf('1.4.0-rc.1')).toBe('1.4.0-rc.1')
  for (const tag of ['v1.4', 'latest', 'v1.4.0; rm', '', undefined]) {
    expect(() => versionOf(tag)).toThrow('is no release')
  }
})
