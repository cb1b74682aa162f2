import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { dockerfile } from './build.mjs'
import { startingImages } from './starting-images.mjs'

const text = readFileSync(path.join(root, dockerfile), 'utf8')
const digest = `sha256:${'a'.repeat(64)}`

it('asks for the digests of what the Dockerfile names', async () => {
  const asked = []
  const found = await startingImages(text, {}, async (name) => (asked.push(name), digest))
  expect(asked).toEqual([
    expect.stringMatching(/\/nodejs24-debian13:nonroot-[0-9a-f]{40}$/),
    expect.stringMatching(/\/node:24\.\d+\.\d+-trixie-slim$/),
  ])
  expect(found).toEqual({ base: `${asked[0]}@${digest}`, builder: `${asked[1]}@${digest}` })
})

it('takes other images as they are given, and asks of none that has its digest', async () => {
  const given = { base: `mirror/node:1@${digest}`, builder: 'mirror/builder:1' }
  const asked = []
  const found = await startingImages(text, given, async (name) => (asked.push(name), digest))
  expect(asked).toEqual(['mirror/builder:1'])
  expect(found).toEqual({ base: given.base, builder: `mirror/builder:1@${digest}` })
})
