import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { removeAbandoned } from './abandoned.mjs'

let folder
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'abandoned-'))))
afterEach(() => rmSync(folder, { recursive: true }))

// No process has this id: it is above the highest that Linux gives.
const nobody = 4_999_999

it('removes what ended processes left unfinished, and nothing else', () => {
  mkdirSync(path.join(folder, `daprd.unpacked.${nobody}`))
  const files = [`base.tar.${nobody}`, `x.building.${process.pid}`, 'base.tar', 'node24-v24.21.0']
  for (const name of files) writeFileSync(path.join(folder, name), '')
  removeAbandoned(folder)
  expect(readdirSync(folder).toSorted()).toEqual(files.slice(1).toSorted())
})

it('has nothing to do where there is no folder', () => {
  expect(() => removeAbandoned(path.join(folder, 'none'))).not.toThrow()
})
