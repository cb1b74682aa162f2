#!/usr/bin/env node
/**
 * Makes every file that is generated from another: RPC code from the protos, the table of RPC marks.
 * `--check` writes nothing and fails when a checked-in file differs.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const buf = join(root, 'node_modules/.bin/buf')

const run = (args, options = {}) => {
  const done = spawnSync(buf, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (done.status !== 0)
    throw new Error(`buf ${args.join(' ')} failed:\n${done.stderr}${done.stdout}`)
  return done.stdout
}

const generateRpc = (out) => {
  for (const template of ['buf.gen.yaml', 'buf.gen.events.yaml']) {
    const path = join(root, 'var', template)
    const text = readFileSync(join(root, template), 'utf8')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replace('pkg/contracts/src/generated', out))
    run(['generate', '--template', path])
    rmSync(path)
  }
  // Only the marks are read of these, from buf's image: no code needs them.
  for (const unused of ['google/protobuf/descriptor.ts', 'micromart/access']) {
    rmSync(join(root, out, unused), { recursive: true })
  }
}

const kinds = {
  KIND_PUBLIC: 'public',
  KIND_CAPABILITY: 'capability',
  KIND_USER: 'user',
  KIND_SERVICE: 'service',
}

const marksOf = (image) =>
  image.file.flatMap((file) =>
    (file.service ?? []).flatMap((service) =>
      service.method.map((method) => {
        const path = `/${file.package}.${service.name}/${method.name}`
        const mark = method.options?.['[micromart.access.v1.access]']
        if (!kinds[mark?.kind])
          throw new Error(`${path} has no access mark (proto/micromart/access)`)
        if (mark.kind === 'KIND_USER' && !mark.scope)
          throw new Error(`${path}: KIND_USER needs a scope`)
        return [path, { kind: kinds[mark.kind], ...(mark.scope ? { scope: mark.scope } : {}) }]
      }),
    ),
  )

const generateAccess = (out) => {
  const marks = marksOf(JSON.parse(run(['build', '-o', '-#format=json'])))
  const rows = marks.map(([path, mark]) => {
    const scope = mark.scope ? `, scope: '${mark.scope}'` : ''
    return `  '${path}': { kind: '${mark.kind}'${scope} },\n`
  })
  const head =
    '// Generated from the `access` options in proto/ by scripts/generate.mjs. Do not edit.\n'
  writeFileSync(
    join(root, out, 'access.ts'),
    `${head}export const access = {\n${rows.join('')}} as const\n`,
  )
}

const check = process.argv.includes('--check')
const target = 'pkg/contracts/src/generated'
const out = check ? 'var/generated' : target

if (check) rmSync(join(root, out), { recursive: true, force: true })
generateRpc(out)
generateAccess(out)
if (check) {
  if (!existsSync(join(root, target))) throw new Error(`${target} is missing: npm run generate`)
  const diff = spawnSync('diff', ['-r', target, out], { cwd: root, encoding: 'utf8' })
  rmSync(join(root, out), { recursive: true, force: true })
  if (diff.status !== 0) {
    console.error(
      `${diff.stdout.slice(0, 2000)}\nGenerated code is not up to date: npm run generate`,
    )
    process.exit(1)
  }
}
