#!/usr/bin/env node
/** Starts tests/logs/run.mjs under Node 24, which runs the TypeScript. */
import path from 'node:path'
import { underNode24 } from './lib/machine/node24.mjs'
import { root } from './lib/machine/paths.mjs'

underNode24(path.join(root, 'tests', 'logs', 'run.mjs'))
