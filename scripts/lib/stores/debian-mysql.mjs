import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'

/** Debian's releases have MariaDB only; its unstable suite has MySQL's long-term release. */
const suite = 'sid'

const folder = () => path.join(cacheDir(), `mysql-${suite}-${process.arch}`)
const wrapper = () => path.join(folder(), 'mysqld')

/** MySQL's server out of the cache, or undefined. */
export const cachedMysql = () => (existsSync(wrapper()) ? wrapper() : undefined)

/** A newer libc than the system's can't be mixed with it: the server runs under the loader and libraries it came with. */
const wrapperText = (root) => {
  const [triplet] = readdirSync(path.join(root, 'usr', 'lib')).filter((name) =>
    name.endsWith('-linux-gnu'),
  )
  const libraries = path.join(root, 'usr', 'lib', triplet)
  const [loader] = readdirSync(libraries).filter((name) => /^ld-linux.*\.so\.\d$/.test(name))
  const own = (file) => `'${path.join(root, file)}'`
  return `#!/bin/sh
exec '${path.join(libraries, loader)}' --library-path '${libraries}' ${own('usr/sbin/mysqld')} "$@" --basedir=${own('usr')} \\
  --plugin-dir=${own('usr/lib/mysql/plugin')} --lc-messages-dir=${own('usr/share/mysql')} --character-sets-dir=${own('usr/share/mysql/charsets')}
`
}

/**
 * Fetches MySQL's server from Debian's unstable suite into the cache, where it stays as it is: nothing is installed.
 * @returns the program
 */
export const fetchMysql = (say, logDir) =>
  say.step(
    `MySQL: unpacking Debian's (${suite}) into the cache`,
    { usually: '15 to 40 s, once' },
    async () => {
      rmSync(folder(), { recursive: true, force: true })
      const packages = await unpackDebian({
        suite,
        packages: ['mysql-server-core'],
        folder: folder(),
        log: path.join(logDir, 'mysql-fetch.log'),
      })
      writeFileSync(path.join(folder(), 'packages.txt'), `${packages.join('\n')}\n`)
      // Last: with the wrapper there, the rest is.
      writeFileSync(`${wrapper()}.tmp`, wrapperText(folder()), { mode: 0o755 })
      renameSync(`${wrapper()}.tmp`, wrapper())
      return wrapper()
    },
  )
