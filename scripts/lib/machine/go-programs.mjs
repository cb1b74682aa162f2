import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../terminal/fault.mjs'
import { removeAbandoned } from './abandoned.mjs'
import { cacheDir, root } from './paths.mjs'
import { findProgram } from './programs.mjs'
import { outputOf, runCommand } from './run-command.mjs'
import { inRange, versionIn, versionText } from './versions.mjs'

const system = { linux: 'linux', darwin: 'darwin' }[process.platform] ?? process.platform
const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch

/** What Go calls this machine: `{ system, arch }`. */
export const goPlatform = { system, arch }

const oldest = [1, 21, 0] // from here on Go fetches the newer toolchain that go.mod asks for

/** Go, when it is new enough: `{ file, version }`. */
export const findGo = async () => {
  const file = findProgram('go')
  const version = file && versionIn(await outputOf(file, ['version']))
  return file && inRange(version, { from: oldest, below: [2, 0, 0] })
    ? { file, version }
    : undefined
}

const withoutGo = (title) => `${title} has to be built, and there is no Go here`

/** The same. @throws Fault saying what it is needed for */
export const requireGo = async (title) => {
  const go = await findGo()
  if (go) return go
  throw new Fault(withoutGo(title), {
    advice: `Install Go ${versionText(oldest)} or later, then start again.`,
  })
}

/** Changes with what a program is built from: the files of its Go module that lie in the checkout. */
const moduleHash = (folder) => {
  const hash = createHash('sha256')
  for (const name of ['go.mod', 'go.sum', 'main.go']) {
    const file = path.join(root, folder, name)
    if (existsSync(file)) hash.update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 8)
}

/** Puts a program in its place, whole. */
export const placeProgram = (temporary, file) => {
  chmodSync(temporary, 0o755)
  renameSync(temporary, file)
  return file
}

const progressOf = (text, packages) => {
  const lines = text.split('\n')
  const fetched = lines.filter((line) => line.startsWith('go: downloading')).length
  return `${fetched} modules fetched, ${lines.length - fetched} of about ${packages} packages built`
}

/**
 * Builds a program from a Go module of the checkout.
 * @param program `{ title, folder, buildArgs, packages }`: the module's folder, `go build`'s flags and package, and how many packages that is
 * @param file where it goes, whole or not at all
 */
export const buildGoProgram = async (program, file, { progress, log }) => {
  const go = await requireGo(program.title)
  const temporary = `${file}.building.${process.pid}`
  try {
    await runCommand(go.file, ['build', '-v', '-o', temporary, ...program.buildArgs], {
      cwd: path.join(root, program.folder),
      env: { ...process.env, CGO_ENABLED: '0' },
      log,
      what: `Building ${program.title}`,
      progress: (text) => progress(progressOf(text, program.packages)),
    })
    return placeProgram(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Where the cache has a program; the place changes with what it is built from.
 * @param program `{ name, folder }`: the program's file and its module's folder
 * @param label begins the name of the place
 */
export const cachedGoProgram = ({ name, folder }, label = name) =>
  path.join(cacheDir(), `${label}-${moduleHash(folder)}-${system}-${arch}`, name)

/**
 * Builds a program into the cache when it is not there.
 * @param program as of `buildGoProgram`, with `name` and `usually`: how long that takes
 * @param file where the cache has it
 * @returns the file
 * @throws Fault when there is no Go, or it cannot be built
 */
export const ensureGoProgram = async (program, file, { say, logDir }) => {
  if (existsSync(file)) return file
  await requireGo(program.title)
  mkdirSync(path.dirname(file), { recursive: true })
  removeAbandoned(path.dirname(file))
  const log = path.join(logDir, `${program.name}-build.log`)
  const { title, usually } = program
  return say.step(`${title}: building from Go modules`, { usually }, (progress) =>
    buildGoProgram(program, file, { progress, log }),
  )
}

/** The same for what can be done without: `{ file }`, or `{ missing }` where there is no Go. */
export const findGoProgram = async (program, context) => {
  const file = cachedGoProgram(program)
  if (!existsSync(file) && !(await findGo())) return { missing: withoutGo(program.title) }
  return { file: await ensureGoProgram(program, file, context) }
}
