import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { canInstall, installPackages } from '../machine/apt.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { Fault } from '../terminal/fault.mjs'

/**
 * Podman builds by chroot, which works as root, as a user and in a container, and in the machine's network. Only Docker's
 * form of an image has a health check.
 */
const podman = {
  build: ['build', '--isolation=chroot', '--format=docker', '--layers', '--network=host'],
  // A machine without CAP_SYS_RESOURCE can lower limits but not raise them to podman's.
  run: ['--ulimit=nofile=4096:4096', '--ulimit=nproc=4096:4096', '--read-only-tmpfs=false'],
  // Otherwise it gives each container ten seconds, as stopping does.
  remove: ['--time=0'],
}
const docker = { build: ['build'], run: [], remove: [] }

/** An engine that shares two cores with builds may take long to answer. */
const askMs = 60_000

const answerOf = async (file, args) => {
  const options = { timeout: askMs, maxBuffer: 1 << 26 }
  return promisify(execFile)(file, args, options).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

const flagsOf = (flags, network) => ({
  ...flags,
  // The last one given is the one that counts.
  build: [...flags.build, ...(network ? [`--network=${network}`] : [])],
})

const engineFor = (name, file, flags) => ({
  name,
  flags,
  /** What a command that may fail answers, trimmed; undefined then. Its warnings are no part of it. */
  ask: (...args) => answerOf(file, args),
  /** The same with all that it writes, warnings included. */
  hear: (...args) => outputOf(file, args, askMs),
  /** Ends and removes containers by id, whatever they do. */
  remove: (ids) => outputOf(file, ['rm', '--force', ...flags.remove, ...ids], askMs),
  /** Runs a command to its end. @throws Fault */
  run: (args, options) => runCommand(file, args, { what: `${name} ${args[0]}`, ...options }),
})

const candidates = {
  docker: async (network) => {
    const file = findProgram('docker')
    const server = file && (await outputOf(file, ['version', '--format', '{{.Server.Version}}']))
    return server ? engineFor('docker', file, flagsOf(docker, network)) : undefined
  },
  podman: async (network) => {
    const file = findProgram('podman')
    return file ? engineFor('podman', file, flagsOf(podman, network)) : undefined
  },
}

const requireKnown = (wished) => {
  if (wished === undefined || Object.hasOwn(candidates, wished)) return
  throw new Fault(`"${wished}" is no engine`, { advice: 'It is docker or podman.' })
}

const firstOf = async ({ engine: wished, network }) => {
  for (const name of wished ? [wished] : Object.keys(candidates)) {
    const engine = await candidates[name](network)
    if (engine) return engine
  }
  return undefined
}

const missing = {
  docker: 'No Docker daemon answers here',
  podman: 'There is no podman on this machine',
}

const none = (wished) =>
  new Fault(missing[wished] ?? 'There is neither a Docker daemon nor podman on this machine', {
    advice:
      'Start Docker, or install podman (Debian: sudo apt-get install podman runc), then run this again.',
  })

/**
 * What builds and runs images here: Docker when its daemon answers, else podman.
 * @param wish `{ engine, network }`: `docker` or `podman`, that one or none; and the network of a build's steps
 * @throws Fault when there is none
 */
export const findEngine = async (wish) => {
  requireKnown(wish.engine)
  const engine = await firstOf(wish)
  if (!engine) throw none(wish.engine)
  return engine
}

/** The same; as root on a Debian-like machine that lacks podman, it is installed unless Docker is asked for. */
export const ensureEngine = async (wish, say, logDir) => {
  requireKnown(wish.engine)
  const engine = await firstOf(wish)
  if (engine || wish.engine === 'docker' || !canInstall()) return engine ?? findEngine(wish)
  await installPackages(['podman', 'runc'], say, logDir)
  return findEngine(wish)
}

/** Whether an image is there. */
export const hasImage = async (engine, reference) =>
  (await engine.ask('image', 'inspect', '--format', '{{.Id}}', reference)) !== undefined

/** What an image's label says; undefined without image or label. */
export const labelOf = async (engine, reference, label) =>
  (await engine.ask(
    'image',
    'inspect',
    '--format',
    `{{index .Config.Labels "${label}"}}`,
    reference,
  )) || undefined

/** The label that says what an image was made from: an image with the same one need not be made again. */
export const inputsLabel = 'micromart.inputs'
