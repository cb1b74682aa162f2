import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { installDapr } from '../dapr/install.mjs'
import { daprd, sentry } from '../dapr/programs.mjs'
import { hasImage } from '../images/engine.mjs'
import { buildStaticProgram } from '../images/static-program.mjs'
import { removeAbandoned } from '../machine/abandoned.mjs'
import { unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { ensureZipkinJar } from '../shop/zipkin.mjs'

const programs = 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'

const script = (folder, name, text) => {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text, { mode: 0o755 })
}

/** What base-files would bring: one place for programs and libraries, also of packages that know two. */
const mergeUsr = (folder) => {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const [place, merged] = [path.join(folder, name), path.join(folder, 'usr', name)]
    mkdirSync(merged, { recursive: true })
    const found = lstatSync(place, { throwIfNoEntry: false })
    if (found?.isSymbolicLink()) continue
    if (found) {
      cpSync(place, merged, { recursive: true, verbatimSymlinks: true })
      rmSync(place, { recursive: true })
    }
    symlinkSync(`usr/${name}`, place)
  }
}

const shell = (folder) => {
  for (const name of ['sh', 'sleep', 'wget']) {
    const place = path.join(folder, 'usr/bin', name)
    if (!existsSync(place)) symlinkSync('busybox', place)
  }
}

const nameUsers = (folder, user) => {
  mkdirSync(path.join(folder, 'etc'), { recursive: true })
  const line = (name, id) => `${name}:x:${id}:${id}:${name}:/nonexistent:/bin/false\n`
  writeFileSync(path.join(folder, 'etc/passwd'), line('root', 0) + line(user, 999))
  writeFileSync(path.join(folder, 'etc/group'), `root:x:0:\n${user}:x:999:\n`)
}

const emptyFolders = (folder, names) => {
  for (const name of names) mkdirSync(path.join(folder, name), { recursive: true })
}

const pause = {
  suite: 'bookworm',
  packages: ['busybox-static'],
  finish: shell,
  owned: [],
  changes: ['ENTRYPOINT ["/bin/busybox", "sleep", "2147483647"]'],
}

/** Does what of the official entrypoint Compose asks for: makes the data folder once, then becomes the server. */
const mysqlEntry = `#!/bin/sh
[ "$1" = mysqld ] || exec "$@"
shift
[ -d /var/lib/mysql/mysql ] || mysqld --no-defaults --initialize-insecure --datadir=/var/lib/mysql || exit
exec mysqld --no-defaults --datadir=/var/lib/mysql --socket=/var/run/mysqld/mysqld.sock "$@"
`

/** A real MySQL; Debian has another long-term release than the one that Compose names. */
const mysql = {
  suite: 'sid',
  packages: ['mysql-server-core', 'mysql-client-core', 'busybox-static'],
  finish: (folder) => {
    shell(folder)
    nameUsers(folder, 'mysql')
    script(folder, 'entrypoint.sh', mysqlEntry)
    emptyFolders(folder, ['var/lib/mysql', 'var/run/mysqld', 'tmp'])
  },
  owned: ['var/lib/mysql', 'var/run/mysqld'],
  changes: [programs, 'ENTRYPOINT ["/entrypoint.sh"]'],
}

const redis = {
  suite: 'bookworm',
  packages: ['redis-server', 'redis-tools'],
  // Not what its scripts would need.
  only: (
    'redis-server redis-tools libatomic1 libc6 libjemalloc2 liblzf1 libssl3 libsystemd0 libgcc-s1 libstdc++6 ' +
    'libcap2 libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1'
  ).split(' '),
  finish: (folder) => {
    nameUsers(folder, 'redis')
    emptyFolders(folder, ['data', 'tmp'])
  },
  owned: ['data'],
  changes: [programs],
}

const zipkinEntry = `#!/bin/sh
exec /usr/lib/jvm/java-17-openjdk-*/bin/java $JAVA_OPTS -jar /zipkin.jar
`

const zipkin = (jar) => ({
  suite: 'bookworm',
  packages: ['openjdk-17-jre-headless', 'busybox-static'],
  only: ['openjdk-17-jre-headless', 'libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g', 'busybox-static'],
  finish: (folder) => {
    shell(folder)
    nameUsers(folder, 'zipkin')
    cpSync(jar, path.join(folder, 'zipkin.jar'))
    script(folder, 'entrypoint.sh', zipkinEntry)
    emptyFolders(folder, ['tmp'])
  },
  owned: [],
  changes: [programs, 'USER 999', 'ENTRYPOINT ["/entrypoint.sh"]'],
})

const recipe = readFileSync(new URL(import.meta.url))

const archiveOf = (name) => {
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 12)
  return path.join(cacheDir(), 'stand-ins', `${name}-${key}-${process.arch}.tar`)
}

const tar = (folder, archive, { owned }, log) => {
  const all = ['-C', folder, '--numeric-owner']
  const but = owned.map((name) => `--exclude=./${name}`)
  return runCommand('tar', [...all, '--owner=0', '--group=0', ...but, '-cf', archive, '.'], {
    log,
  }).then(() =>
    owned.length > 0
      ? runCommand('tar', [...all, '--owner=999', '--group=999', '-rf', archive, ...owned], { log })
      : undefined,
  )
}

const makeArchive = async (name, kind, archive, log) => {
  const folder = `${archive}.root.${process.pid}`
  const temporary = `${archive}.made.${process.pid}`
  mkdirSync(path.dirname(archive), { recursive: true })
  removeAbandoned(path.dirname(archive))
  try {
    await unpackDebian({ ...kind, folder, log })
    mergeUsr(folder)
    kind.finish(folder)
    await tar(folder, temporary, kind, log)
    await runCommand('mv', [temporary, archive], { log })
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(temporary, { force: true })
  }
}

const importStandIn = async (name, reference, kind, { engine, say, log }) => {
  const archive = archiveOf(name)
  if (!existsSync(archive)) {
    await say.step(`${name}: made of Debian ${kind.suite}`, { usually: '10 to 60 s, once' }, () =>
      makeArchive(name, kind, archive, log),
    )
  }
  const changes = kind.changes.flatMap((each) => ['--change', each])
  await engine.run(['import', ...changes, archive, reference], { log })
}

/**
 * Images under the names that docker-compose.yml asks for, for a machine that reaches no registry: the stores from Debian's packages,
 * Dapr's programs from their modules. Those that are there stay.
 * @param references `{ mysql, redis, zipkin, pause, daprd, sentry }`
 */
export const ensureStandIns = async (references, { engine, say, logDir }) => {
  const log = path.join(logDir, 'stand-ins.log')
  const absent = async (name) => !(await hasImage(engine, references[name]))
  const kinds = { pause, mysql, redis, zipkin: zipkin(await ensureZipkinJar(say, logDir)) }
  for (const [name, kind] of Object.entries(kinds)) {
    if (await absent(name)) await importStandIn(name, references[name], kind, { engine, say, log })
  }
  for (const program of [daprd, sentry]) {
    const { name } = program
    if (!(await absent(name))) continue
    const file = await installDapr(program, say, logDir)
    await buildStaticProgram({ name, file, engine, reference: references[name], say, logDir })
  }
}
