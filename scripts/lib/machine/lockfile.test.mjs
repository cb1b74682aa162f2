import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { completeLock, missingOptional } from './lockfile.mjs'
import { root } from './paths.mjs'

describe('the lockfile', () => {
  it('S69 has every platform’s packages, without which `npm ci` refuses it on a fresh machine', () => {
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
    // node scripts/complete-lock.mjs adds what is missing
    expect(missingOptional(lock).map(({ name }) => name)).toEqual([])
  })
})

describe('npm', () => {
  it('S69 runs no script of any package, and pins what it is told to add', () => {
    const settings = readFileSync(path.join(root, '.npmrc'), 'utf8').split('\n')
    expect(settings).toEqual(expect.arrayContaining(['ignore-scripts=true', 'save-exact=true']))
  })
})

describe('completing a lockfile', () => {
  const packages = {
    '': { name: 'shop' },
    'node_modules/tool': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { 'tool-linux-x64': '1.0.0', 'tool-darwin-arm64': '1.0.0' },
    },
    'node_modules/tool-linux-x64': { version: '1.0.0', dev: true, optional: true },
  }

  it('adds the builds for other platforms, and nothing twice', () => {
    const { lock, added } = completeLock({ packages })
    expect(added).toEqual(['tool-darwin-arm64'])
    expect(lock.packages['node_modules/tool-darwin-arm64']).toEqual({
      version: '1.0.0',
      cpu: ['arm64'],
      os: ['darwin'],
      dev: true,
      optional: true,
    })
    expect(completeLock(lock).added).toEqual([])
  })
})
