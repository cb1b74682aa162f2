#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root, varDir } from './lib/machine/paths.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'

const help = `
npm run verify:schema [-- --of REF] [-- TESTS...]

The release before has to go on while this one's migrations have run: its service tests, out of a worktree in var/previous, run over
databases that this checkout has migrated after it. The last line is theirs, "N passed, N failed".

  --of       the release, by itself the newest tag vX.Y.Z before this commit
  TESTS      only those whose path has one of these words
`

const { values, positionals } = commandLine(help, { of: { type: 'string' } }, { positionals: true })

const folder = path.join(varDir, 'previous')

const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' })

/** The newest tag of a release before this commit, or undefined. @throws Fault where the checkout has no history to look in */
const latestRelease = () => {
  if (git('rev-parse', '--is-shallow-repository').stdout.trim() === 'true') {
    throw new Fault('This checkout is shallow: it does not know which releases there are', {
      advice: 'git fetch --unshallow --tags (in CI: fetch-depth 0), or name the release: --of.',
    })
  }
  const found = git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^')
  return found.status === 0 ? found.stdout.trim() : undefined
}

const run = (command, args, env = {}) => {
  const options = { cwd: folder, stdio: 'inherit', env: { ...process.env, ...env } }
  return spawnSync(command, args, options).status ?? 1
}

const checkOut = (ref) => {
  remove()
  const added = git('worktree', 'add', '--detach', '--force', folder, ref)
  if (added.status === 0) return
  const why = added.stderr.trim().split('\n').at(-1)
  throw new Fault(`${ref} cannot be checked out: ${why}`, {
    advice: 'Name a tag or a commit of this repository: --of.',
  })
}

const remove = () => git('worktree', 'remove', '--force', folder)

/** A release from before this could be asked ignores the variable, and would pass whatever the schema is. */
const requireAsked = (ref) => {
  const file = path.join(folder, 'pkg', 'testing', 'src', 'stores.ts')
  if (existsSync(file) && readFileSync(file, 'utf8').includes('MICROMART_SCHEMA_OF')) return
  throw new Fault(`The tests of ${ref} know no schema but their own`, {
    advice: 'Name a release from after they learnt it.',
  })
}

await main(async () => {
  const ref = values.of ?? latestRelease()
  if (ref === undefined) {
    console.log('skipped: nothing has been released yet, so no release goes on over this schema')
    return
  }
  checkOut(ref)
  try {
    requireAsked(ref)
    const installed = run('npm', ['ci', '--no-audit', '--no-fund'])
    if (installed !== 0) throw new Fault(`The packages of ${ref} cannot be installed`)
    process.exitCode = run(process.execPath, ['scripts/test.mjs', 'service', ...positionals], {
      MICROMART_SCHEMA_OF: root,
    })
  } finally {
    remove()
  }
})
