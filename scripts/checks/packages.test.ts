import { describe, expect, it } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

const chosen =
  '@dapr/dapr express typeorm mysql2 jose zod opossum @opentelemetry/api jest supertest'.split(' ')

const page = readFileSync('docs/adr/0001-packages.md', 'utf8')
const lines = [...page.matchAll(/^\| `([^`]+)` +\| ([^|]+)\| ([^|]+)\|$/gm)]
const written = new Map(
  lines.map(([, name = '', places = '']) => [name, places.trim().split(', ').toSorted()]),
)

const manifests = globSync('{package.json,gateway/package.json,{pkg,services}/*/package.json}')
const sections = ['dependencies', 'devDependencies', 'optionalDependencies']

const used = new Map<string, string[]>()
for (const path of manifests) {
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  for (const [name, version] of sections.flatMap((key) => Object.entries(manifest[key] ?? {}))) {
    if (name.startsWith('@micromart/')) continue
    expect([path, name, version]).toEqual([path, name, expect.stringMatching(/^\d+\.\d+\.\d+$/)])
    used.set(name, [...(used.get(name) ?? []), path === 'package.json' ? 'root' : dirname(path)])
  }
}

describe('the packages', () => {
  it('are all argued for in the first decision record, with where each is used, at exact versions', () => {
    const places = [...used].map(([name, where]) => [name, where.toSorted()] as const)
    expect(Object.fromEntries(places)).toEqual(Object.fromEntries(written))
  })

  it('include each of the ten that the user chose', () => {
    expect(chosen.filter((name) => !used.has(name))).toEqual([])
    const first = page.slice(0, page.indexOf('## Added'))
    expect(chosen.filter((name) => !first.includes(`\`${name}\``))).toEqual([])
  })
})
