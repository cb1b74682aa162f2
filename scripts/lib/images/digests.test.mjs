import { afterAll, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { partNames, readDigests, referencesOf, writeDigests } from './digests.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'micromart-digests-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name) => path.join(folder, name)

const digest = `sha256:${'a'.repeat(64)}`
const images = Object.fromEntries(partNames().map((name) => [name, digest]))
const list = { registry: 'ghcr.io/shop', images }

it('is written, told to the workflow, and read again', () => {
  writeDigests(file('a.json'), list, file('output'))
  expect(readDigests(file('a.json'))).toEqual(list)
  expect(readFileSync(file('output'), 'utf8')).toBe(`digests=${JSON.stringify(images)}\n`)
  expect(referencesOf(list).order).toBe(`ghcr.io/shop/order@${digest}`)
})

it.each([
  ['no JSON', 'it names no registry'],
  [JSON.stringify({ images }), 'it names no registry'],
  [JSON.stringify({ ...list, images: { ...images, order: 'local' } }), 'it has no digest of order'],
  [JSON.stringify({ registry: 'x' }), 'it has no digest of gateway, cart'],
])('refuses %j', (text, why) => {
  writeFileSync(file('bad.json'), text)
  expect(() => readDigests(file('bad.json'))).toThrow(why)
})

it('refuses a file that is not there', () => {
  expect(() => readDigests(file('none.json'))).toThrow('There is no')
})
