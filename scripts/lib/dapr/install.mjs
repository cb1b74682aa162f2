import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { removeAbandoned } from '../machine/abandoned.mjs'
import { download, downloadText } from '../machine/download.mjs'
import { Fault } from '../terminal/fault.mjs'
import { buildGoProgram, findGo, placeProgram } from '../machine/go-programs.mjs'
import { findProgram } from '../machine/programs.mjs'
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
    return placeProgram(path.join(folder, program.name), file)
  } finally {
    rmSync(archive, { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

const buildFromModules = async (program, file, context) => {
  if (await findGo()) return buildGoProgram(program, file, context)
  throw new Fault(`${program.title} is not there, cannot be downloaded and cannot be built`, {
    advice: 'Install Go 1.21 or later, or Dapr itself (https://docs.dapr.io), then start again.',
    log: context.log,
  })
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
