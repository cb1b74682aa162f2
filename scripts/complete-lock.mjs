#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine } from './lib/terminal/command-line.mjs'
import { completeLock } from './lib/machine/lockfile.mjs'
import { root } from './lib/machine/paths.mjs'

commandLine(`
node scripts/complete-lock.mjs

To be run after "npm install" has changed package-lock.json. Adds the builds for other platforms that npm left
out, because they were not installed here or because the registry at hand does not serve them: without
them "npm ci" refuses the lockfile everywhere.
`)

const file = path.join(root, 'package-lock.json')
const { lock, added } = completeLock(JSON.parse(readFileSync(file, 'utf8')))
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(added.length > 0 ? `added ${added.join(', ')}` : 'nothing is missing')
