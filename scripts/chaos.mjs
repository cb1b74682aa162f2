#!/usr/bin/env node
/** Starts tests/chaos/run.mjs under Node 24, which runs the TypeScript. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { node24 } from './lib/machine/node24.mjs'
import { root } from './lib/machine/paths.mjs'

const file = path.join(root, 'tests', 'chaos', 'run.mjs')
const child = spawn(node24(), [file, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
