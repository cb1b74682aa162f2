/** gateway/openapi.json is what the gateway serves, and breaks no client of the last release. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/machine/paths.mjs'
import { breakingChanges } from './openapi-breaking.mjs'

const made = spawnSync(process.execPath, ['gateway/src/write-openapi.ts'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
if (made.status !== 0) throw new Error(made.stderr)

const read = (name) => readFileSync(join(root, 'gateway', name), 'utf8')
if (made.stdout !== read('openapi.json')) {
  console.error('gateway/openapi.json is not up to date: npm run generate')
  process.exit(1)
}

const broken = breakingChanges(JSON.parse(read('openapi.baseline.json')), JSON.parse(made.stdout))
if (broken.length > 0) {
  console.error(`Clients of the last release break (docs/versioning.md):\n${broken.join('\n')}`)
  process.exit(1)
}
console.log('gateway/openapi.json is up to date and breaks no client of the last release')
