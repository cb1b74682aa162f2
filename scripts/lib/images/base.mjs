import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { removeAbandoned } from '../machine/abandoned.mjs'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { requireNode24 } from '../machine/dependencies.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { Fault } from '../terminal/fault.mjs'
import { hasImage } from './engine.mjs'
import { localRegistry } from './parts.mjs'

const suite = 'trixie'

/** Where Debian keeps each authority's certificate, and where programs look for all of them. */
const authorities = 'usr/share/ca-certificates/mozilla'
const bundle = 'etc/ssl/certs/ca-certificates.crt'

const write = (folder, file, text) => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), text)
}

/** What a package's scripts would have done on installation. */
const nameUsers = (folder) => {
  write(
    folder,
    'etc/passwd',
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
  write(folder, 'etc/group', 'root:x:0:\nnonroot:x:65532:\n')
  write(folder, 'etc/nsswitch.conf', 'hosts: files dns\n')
}

const bundleAuthorities = (folder) => {
  const source = path.join(folder, authorities)
  const texts = readdirSync(source).map((name) => readFileSync(path.join(source, name), 'utf8'))
  write(folder, bundle, texts.join(''))
  rmSync(path.join(folder, 'usr/share/ca-certificates'), { recursive: true })
}

const removeUnread = (folder) => {
  for (const name of ['man', 'info', 'locale', 'lintian', 'bug', 'common-licenses']) {
    rmSync(path.join(folder, 'usr/share', name), { recursive: true, force: true })
  }
}

const installNode = (folder, place) => {
  mkdirSync(path.join(folder, place), { recursive: true })
  cpSync(realpathSync(requireNode24()), path.join(folder, place, 'node'))
}

/** This machine's npm, with the authorities that it trusts: a registry may stand behind a proxy of one's own. */
const installNpm = (folder) => {
  const npm = findProgram('npm')
  if (!npm) throw new Fault('There is no npm on the PATH', { advice: 'Install Node with npm.' })
  const modules = 'usr/local/lib/node_modules/npm'
  cpSync(path.resolve(realpathSync(npm), '..', '..'), path.join(folder, modules), {
    recursive: true,
    verbatimSymlinks: true,
  })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(folder, 'usr/local/bin/npm'))
  const own = process.env.NODE_EXTRA_CA_CERTS
  write(folder, bundle, own && existsSync(own) ? readFileSync(own) : '')
}

const small = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates', 'netbase']

/**
 * The two images that a build starts from, made of packages instead of being pulled. `base` is laid out as the official
 * one: Node at /nodejs/bin, no shell, the user 65532. `builder` has a shell and npm, and reaches no part's image.
 */
const kinds = {
  base: {
    name: 'node24',
    packages: { packages: small, only: small },
    finish: (folder) => {
      nameUsers(folder)
      bundleAuthorities(folder)
      removeUnread(folder)
      installNode(folder, 'nodejs/bin')
    },
    changes: ['USER 65532', 'ENTRYPOINT ["/nodejs/bin/node"]'],
  },
  builder: {
    name: 'node24-builder',
    packages: { packages: ['base-files', 'dash', 'coreutils', 'findutils', 'libstdc++6'] },
    finish: (folder) => {
      nameUsers(folder)
      removeUnread(folder)
      installNode(folder, 'usr/local/bin')
      installNpm(folder)
    },
    changes: [`ENV NODE_EXTRA_CA_CERTS=/${bundle}`],
  },
}

const recipe = readFileSync(new URL(import.meta.url))

/** Changes with the recipe and with Node: what is made of something else gets another name. */
const keyOf = async () => {
  const node = await outputOf(requireNode24(), ['--version'])
  const hash = createHash('sha256').update(recipe).update(suite).digest('hex')
  return `${node}-${hash.slice(0, 8)}`
}

const archiveOf = (kind, key) =>
  path.join(cacheDir(), 'images', `${kinds[kind].name}-${key}-${process.arch}.tar`)

/** What an earlier recipe, or another Node, has made. */
const removeOlder = (kind, folder) => {
  const older = readdirSync(folder).filter((name) => name.startsWith(`${kinds[kind].name}-v`))
  for (const name of older.filter((each) => each.endsWith('.tar'))) rmSync(path.join(folder, name))
}

const makeArchive = async (kind, archive, log) => {
  const folder = `${archive}.root.${process.pid}`
  const temporary = `${archive}.made.${process.pid}`
  try {
    await unpackDebian({ suite, ...kinds[kind].packages, folder, log })
    kinds[kind].finish(folder)
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name']
    await runCommand('tar', ['-C', folder, ...owner, '-cf', temporary, '.'], { log })
    removeOlder(kind, path.dirname(archive))
    renameSync(temporary, archive)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(temporary, { force: true })
  }
}

const ensureArchive = async (kind, archive, { say, logDir }) => {
  if (existsSync(archive)) return
  if (!canUnpackDebian()) {
    throw new Fault(
      'The local base image is made of Debian packages, and there is no apt-get and dpkg here',
      {
        advice: 'Take the official ones: --official.',
      },
    )
  }
  mkdirSync(path.dirname(archive), { recursive: true })
  removeAbandoned(path.dirname(archive))
  const what = `${kinds[kind].name}: made of Debian ${suite} and Node 24`
  await say.step(what, { usually: '10 to 40 s, once' }, () =>
    makeArchive(kind, archive, path.join(logDir, 'images-base.log')),
  )
}

const ensureKind = async (kind, context) => {
  const key = await keyOf()
  const reference = `${localRegistry}/${kinds[kind].name}:${key}`
  if (await hasImage(context.engine, reference)) return reference
  const archive = archiveOf(kind, key)
  await ensureArchive(kind, archive, context)
  const changes = kinds[kind].changes.flatMap((each) => ['--change', each])
  await context.engine.run(['import', ...changes, archive, reference], {
    log: path.join(context.logDir, 'images-base.log'),
  })
  return reference
}

/** The references of the local images to build from, made and imported when they are not there: `{ base, builder }`. */
export const ensureLocalBase = async (context) => ({
  base: await ensureKind('base', context),
  builder: await ensureKind('builder', context),
})

export const baseNames = Object.values(kinds).map(({ name }) => name)
