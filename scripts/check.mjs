#!/usr/bin/env node
/** `npm run check`: everything that can be judged without running the shop. */
import { spawnSync } from 'node:child_process'
import { commandLine } from './lib/terminal/command-line.mjs'
import { ensureDependencies } from './lib/machine/dependencies.mjs'
import { root } from './lib/machine/paths.mjs'
import { node24 } from './lib/machine/node24.mjs'

const bin = (name) => [`node_modules/.bin/${name}`]
/** Node 24 is there once the dependencies are. */
const script =
  (...of) =>
  () => [node24(), ...of]

/** name: [program, ...arguments]; in the order in which a failure is cheapest to find. */
const stages = {
  format: [...bin('prettier'), '--check', '--log-level', 'warn', '.'],
  lint: [...bin('oxlint'), '--type-aware', '--deny-warnings', '.'],
  types: [...bin('tsc'), '-p', '.'],
  boundaries: script('scripts/checks/boundaries.mjs'),
  names: script('scripts/checks/names.mjs'),
  unused: [...bin('knip'), '--no-progress'],
  'proto-lint': [...bin('buf'), 'lint'],
  'proto-format': [...bin('buf'), 'format', '--diff', '--exit-code'],
  'proto-breaking': [...bin('buf'), 'breaking', '--against', 'proto/baseline.binpb'],
  generated: ['node', 'scripts/generate.mjs', '--check'],
  openapi: script('scripts/checks/openapi.mjs'),
  documents: script('scripts/checks/documents.mjs'),
  audit: script('scripts/audit.mjs', '--only', 'licences,secrets,rules,containers'),
}

const help = `
npm run check [-- STAGE ...]

Stages: ${Object.keys(stages).join(', ')} (all by default)
`

const { positionals } = commandLine(help, {}, { positionals: true })

const unknown = positionals.filter((name) => !(name in stages))
if (unknown.length > 0) {
  console.error(
    `No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}`,
  )
  process.exit(2)
}

await ensureDependencies()

const run = (name) => {
  const stage = stages[name]
  const [program, ...args] = typeof stage === 'function' ? stage() : stage
  const started = Date.now()
  const done = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  const passed = done.status === 0
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6)
  console.log(`${passed ? 'passed' : 'FAILED'} ${seconds} s  ${name}`)
  if (!passed) console.log(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`)
  return passed
}

const results = (positionals.length > 0 ? positionals : Object.keys(stages)).map(run)
const failed = results.filter((passed) => !passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
