#!/usr/bin/env node
/** `npm run release:baseline`: what clients may rely on from this release on. Only a release runs it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root } from './lib/machine/paths.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'

commandLine(`
npm run release:baseline

Renews gateway/openapi.baseline.json and proto/baseline.binpb from the present contracts. Run it in the
commit that names the version in CHANGELOG.md, and nowhere else: docs/versioning.md.
`)

const inGateway = (name) => path.join(root, 'gateway', name)
const buf = path.join(root, 'node_modules/.bin/buf')
const image = path.join(root, 'proto', 'baseline.binpb')
const made = path.join(root, 'proto', 'baseline.made.binpb')

/** Both or none: one alone would let a break of the other's contract pass. */
const renew = async () => {
  if (!existsSync(buf)) throw new Fault('buf is not here', { advice: 'Run "npm ci" first.' })
  try {
    const { status } = spawnSync(buf, ['build', '-o', made], { cwd: root, stdio: 'inherit' })
    if (status !== 0) throw new Fault('buf could not build the contracts: nothing is renewed')
    copyFileSync(inGateway('openapi.json'), inGateway('openapi.baseline.json'))
    renameSync(made, image)
  } finally {
    rmSync(made, { force: true })
  }
}

await main(renew)
