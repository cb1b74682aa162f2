import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { removeAbandoned } from '../machine/abandoned.mjs'
import { download, downloadText } from '../machine/download.mjs'
import { Fault } from '../terminal/fault.mjs'
import { findProgram } from '../machine/programs.mjs'
import { root } from '../machine/paths.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { inRange, versionIn, versionText } from '../machine/versions.mjs'

const foundOutside = ({ name, elsewhere }) =>
  [findProgram(name), ...elsewhere.map((folder) => path.join(folder, name))].filter(
    (file) => file && existsSync(file),
  )

/**
 * Looks for a program that is already there: on the PATH (or where `dapr init` puts it), then in the
 * cache.
 * @returns `{ file, version, from }`, with `refused` texts for those of an unsupported version
 */
export const findDapr = async (program) => {
  const refused = []
  for (const file of program.supported ? foundOutside(program) : []) {
    const version = versionIn(await outputOf(file, ['--version']))
    if (inRange(version, program.supported)) return { file, version, from: 'PATH', refused }
    const { from, below } = program.supported
    refused.push(
      `${file} is version ${version ? versionText(version) : 'unknown'}; supported is ` +
        `${versionText(from)} up to, not including, ${versionText(below)}. It is left alone.`,
    )
  }
  const file = program.cached()
  if (!existsSync(file)) return { refused }
  const version = program.supported
    ? versionIn(await outputOf(file, ['--version']))
    : versionIn(program.built)
  return { file, version, from: 'cache', refused }
}

const finish = (temporary, file) => {
  chmodSync(temporary, 0o755)
  renameSync(temporary, file)
  return file
}

const fetchRelease = async (program, file, { progress, log }) => {
  const url = program.archiveUrl()
  const archive = `${file}.tar.gz.${process.pid}`
  const folder = `${file}.unpacked.${process.pid}`
  try {
    const expected = /[0-9a-f]{64}/.exec(await downloadText(`${url}.sha256`))?.[0]
    const actual = await download(url, archive, progress)
    if (actual !== expected) {
      throw new Fault(`${url} does not match its checksum`, {
        advice: 'Something on the way changed it. Start again, or build from source.',
      })
    }
    mkdirSync(folder, { recursive: true })
    await runCommand('tar', ['-xzf', archive, '-C', folder], { log })
    return finish(path.join(folder, program.name), file)
  } finally {
    rmSync(archive, { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

const goVersion = [1, 21, 0] // from here on Go fetches the newer toolchain that go.mod asks for

export const findGo = async () => {
  const file = findProgram('go')
  const version = file && versionIn(await outputOf(file, ['version']))
  return file && inRange(version, { from: goVersion, below: [2, 0, 0] })
    ? { file, version }
    : undefined
}

const buildFromModules = async (program, file, { progress, log }) => {
  const go = await findGo()
  if (!go) {
    throw new Fault(`${program.title} is not there, cannot be downloaded and cannot be built`, {
      advice: `Install Go ${versionText(goVersion)} or later, or Dapr itself (https://docs.dapr.io), then start again.`,
      log,
    })
  }
  const temporary = `${file}.building.${process.pid}`
  try {
    await runCommand(go.file, ['build', '-v', '-o', temporary, ...program.buildArgs], {
      cwd: path.join(root, 'scripts', 'dapr', program.module),
      env: { ...process.env, CGO_ENABLED: '0' },
      log,
      what: `Building ${program.title}`,
      progress: (text) => {
        const lines = text.split('\n')
        const fetched = lines.filter((line) => line.startsWith('go: downloading')).length
        progress(
          `${fetched} modules fetched, ${lines.length - fetched} of about ${program.packages} packages built`,
        )
      },
    })
    return finish(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** A program of Dapr by the first way that works; fetched or built only when it is nowhere. */
export const installDapr = async (program, say, logDir) => {
  const found = await findDapr(program)
  for (const text of found.refused) say.line(`  note: ${text}`)
  if (found.file) return found.file
  const file = program.cached()
  const log = path.join(logDir, `${program.name}-install.log`)
  mkdirSync(path.dirname(file), { recursive: true })
  removeAbandoned(path.dirname(file))
  const fetched = await say.step(
    `${program.title}: downloading the release ${program.released}`,
    { usually: '10 s; given up after 5 s without an answer' },
    (progress) =>
      fetchRelease(program, file, { progress, log }).catch(
        (error) => (say.line(`    not possible: ${error.cause?.code ?? error.message}`), undefined),
      ),
  )
  if (fetched) return fetched
  return say.step(
    `${program.title}: building ${program.built} from Go modules`,
    { usually: program.usually },
    (progress) => buildFromModules(program, file, { progress, log }),
  )
}
