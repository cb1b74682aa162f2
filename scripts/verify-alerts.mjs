#!/usr/bin/env node
/** Starts lib/observability/verify.mjs under Node 24: it reads the schema of telemetry, which is TypeScript. */
import path from 'node:path'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { underNode24 } from './lib/machine/node24.mjs'
import { main } from './lib/terminal/command-line.mjs'

await main(async () => {
  checkNode()
  await ensureDependencies()
  underNode24(path.join(import.meta.dirname, 'lib', 'observability', 'verify.mjs'))
})
