#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { marksOf } from './checks/marks.mjs'
import { node24 } from './lib/machine/node24.mjs'
import { root } from './lib/machine/paths.mjs'
import { commandLine } from './lib/terminal/command-line.mjs'

const { values } = commandLine(
  `
npm run generate [-- --check]

Makes every file that is generated from another: RPC code from the protos, the table of RPC marks, pages, the OpenAPI document.

  --check   writes nothing, and fails when checked-in code differs
`,
  { check: { type: 'boolean', default: false } },
)

const buf = join(root, 'node_modules/.bin/buf')

const run = (args, options = {}) => {
  const done = spawnSync(buf, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (done.status !== 0)
    throw new Error(`buf ${args.join(' ')} failed:\n${done.stderr}${done.stdout}`)
  return done.stdout
}

/** Runs a buf template with its output in `out` instead of `target`. */
const generate = (template, target, out) => {
  const path = join(root, 'var', 'generate.yaml')
  const text = readFileSync(join(root, template), 'utf8')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text.replace(target, out))
  run(['generate', '--template', path])
  rmSync(path)
}

const generateRpc = (target, out) => {
  generate('buf.gen.yaml', target, out)
  generate('buf.gen.events.yaml', target, out)
  // Only the marks are read of these, from buf's image: no code needs them.
  for (const unused of ['google/protobuf/descriptor.ts', 'micromart/access']) {
    rmSync(join(root, out, unused), { recursive: true })
  }
}

const generateAccess = (out) => {
  const marks = marksOf(JSON.parse(run(['build', '-o', '-#format=json'])))
  const rows = marks.map(([path, mark]) => {
    const fields = Object.entries(mark).map(([name, value]) => `${name}: '${value}'`)
    return `  '${path}': { ${fields.join(', ')} },\n`
  })
  const head =
    '// Generated from the `access` options in proto/ by scripts/generate.mjs. Do not edit.\n'
  writeFileSync(
    join(root, out, 'access.ts'),
    `${head}export const access = {\n${rows.join('')}} as const\n`,
  )
}

const generateContracts = (target, out) => {
  generateRpc(target, out)
  generateAccess(out)
}

/** Of the sidecar's own API, from the protos that @dapr/dapr ships. */
const generateSidecar = (target, out) => generate('pkg/dapr/buf.gen.yaml', target, out)

const code = {
  'pkg/contracts/src/generated': generateContracts,
  'pkg/dapr/src/generated': generateSidecar,
}

const compare = (target, make) => {
  const out = 'var/generated'
  rmSync(join(root, out), { recursive: true, force: true })
  make(target, out)
  const diff = spawnSync('diff', ['-r', target, out], { cwd: root, encoding: 'utf8' })
  rmSync(join(root, out), { recursive: true, force: true })
  if (diff.status === 0) return
  console.error(`${diff.stdout.slice(0, 2000)}\n${target} is not up to date: npm run generate`)
  process.exitCode = 1
}

const node = (...args) => {
  const done = spawnSync(node24(), args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (done.status !== 0) throw new Error(`${args.join(' ')} failed:\n${done.stderr}${done.stdout}`)
  return done.stdout
}

/** Pages and openapi.json; `scripts/checks` compares them. */
const generateDocuments = () => {
  node('scripts/checks/documents.mjs', '--write')
  writeFileSync(join(root, 'gateway/openapi.json'), node('gateway/src/write-openapi.ts'))
}

if (values.check) {
  for (const [target, make] of Object.entries(code)) compare(target, make)
} else {
  for (const [target, make] of Object.entries(code)) make(target, target)
  generateDocuments()
}
