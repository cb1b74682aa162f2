#!/usr/bin/env node
/** Starts tests/recovery/run.mjs under Node 24, which runs the TypeScript of the load. */
import path from 'node:path'
import { underNode24 } from './lib/machine/node24.mjs'
import { root } from './lib/machine/paths.mjs'

underNode24(path.join(root, 'tests', 'recovery', 'run.mjs'))
