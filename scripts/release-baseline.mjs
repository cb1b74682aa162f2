#!/usr/bin/env node
/** `npm run release:baseline`: what clients may rely on from this release on. Only a release runs it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine } from './lib/terminal/command-line.mjs'
import { root } from './lib/machine/paths.mjs'

commandLine(`
npm run release:baseline

Renews gateway/openapi.baseline.json and proto/baseline.binpb from the present contracts. Run it in the
commit that names the version in CHANGELOG.md, and nowhere else: docs/versioning.md.
`)

const inGateway = (name) => path.join(root, 'gateway', name)
copyFileSync(inGateway('openapi.json'), inGateway('openapi.baseline.json'))

const buf = path.join(root, 'node_modules/.bin/buf')
const built = spawnSync(buf, ['build', '-o', 'proto/baseline.binpb'], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = built.status ?? 1
