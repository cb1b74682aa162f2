import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../terminal/fault.mjs'
import { removeAbandoned } from './abandoned.mjs'
import { findProgram } from './programs.mjs'
import { outputOf, runCommand } from './run-command.mjs'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Where this machine's apt gets Debian's packages and their security updates: `{ Debian, 'Debian-Security' }`. */
const repositories = async () => {
  const format = '$(ORIGIN)|$(LABEL)|$(REPO_URI)'
  const text = await outputOf('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
  ])
  const rows = (text ?? '').split('\n').map((line) => line.split('|'))
  return Object.fromEntries(
    rows.filter(([origin]) => origin === 'Debian').map(([, label, uri]) => [label, uri]),
  )
}

const sourcesOf = (suite, { Debian, 'Debian-Security': security }) => {
  const line = (uri, name) => `deb [signed-by=${keyring}] ${uri} ${name} main\n`
  // The unstable suite has no security updates of its own.
  const updates = security && suite !== 'sid' ? line(security, `${suite}-security`) : ''
  return line(Debian, suite) + updates
}

/** An apt that knows one suite and no installed package, so that it fetches all that a package depends on. */
const ownApt = async (suite, folder) => {
  const found = await repositories()
  if (!found.Debian) {
    throw new Fault(`apt-get on this machine knows no Debian repository, needed for ${suite}`, {
      advice: 'Run "apt-get update" once, on a machine with Debian.',
    })
  }
  for (const name of ['state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(path.join(folder, name), { recursive: true })
  }
  const status = path.join(folder, 'state', 'status')
  const sources = path.join(folder, 'sources.list')
  writeFileSync(status, '')
  writeFileSync(sources, sourcesOf(suite, found))
  const config = path.join(folder, 'apt.conf')
  writeFileSync(
    config,
    `Dir::State "${path.join(folder, 'state')}";
Dir::State::status "${status}";
Dir::Cache "${path.join(folder, 'cache')}";
Dir::Etc::sourcelist "${sources}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
APT::Sandbox::User "root";
`,
  )
  return { ...process.env, APT_CONFIG: config }
}

const nameOf = (file) => decodeURIComponent(path.basename(file, '.deb'))

/** Whether packages of Debian can be fetched here; root is not needed. */
export const canUnpackDebian = () => Boolean(findProgram('apt-get') && findProgram('dpkg'))

/**
 * Unpacks packages of a suite of Debian, and all that they depend on, into a folder. Nothing is installed: no script of
 * a package runs, and the system's own packages stay as they are.
 * @param suite such as `trixie` or `sid`, whatever this machine's own is
 * @param only names of packages to unpack; all of them by default
 * @param folder appears whole, or not at all
 * @returns what was unpacked, such as `libc6_2.43-7_amd64`
 */
export const unpackDebian = async ({ suite, packages, only, folder, log }) => {
  removeAbandoned(path.dirname(folder))
  const work = `${folder}.unpacking.${process.pid}`
  const root = path.join(work, 'root')
  mkdirSync(root, { recursive: true })
  try {
    const options = { env: await ownApt(suite, work), log }
    await runCommand('apt-get', ['update'], options)
    const flags = ['install', '--download-only', '--yes', '--no-install-recommends']
    await runCommand('apt-get', [...flags, ...packages], options)
    const archives = path.join(work, 'cache', 'archives')
    const files = readdirSync(archives)
      .filter((name) => name.endsWith('.deb') && (only?.includes(name.split('_')[0]) ?? true))
      .map((name) => path.join(archives, name))
    for (const file of files) await runCommand('dpkg', ['-x', file, root], { log })
    mkdirSync(path.dirname(folder), { recursive: true })
    renameSync(root, folder)
    return files.map(nameOf)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
