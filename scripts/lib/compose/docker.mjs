import { spawn } from 'node:child_process'
import path from 'node:path'
import { findProgram } from '../machine/programs.mjs'
import { root } from '../machine/paths.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { inRange, versionIn, versionText } from '../machine/versions.mjs'
import { Fault } from '../terminal/fault.mjs'

const supported = { from: [2, 24, 0], below: [99, 0, 0] }

const requireCompose = async (file) => {
  const version = versionIn(await outputOf(file, ['compose', 'version', '--short']))
  if (version && inRange(version, supported)) return
  const found = version ? `Compose is ${versionText(version)}` : 'This Docker has no Compose'
  throw new Fault(`${found}; the shop needs ${versionText(supported.from)} at least`, {
    advice: 'Install the plugin docker-compose of version 2.',
  })
}

/**
 * Docker Compose with the shop's file.
 * @param settings `{ env, project, log }`
 * @returns `{ run(args, options), ask(args), show(args) }`: `show` writes to the terminal
 * @throws Fault when there is no Docker, no daemon or too old a Compose
 */
export const findCompose = async ({ env = process.env, project, log }) => {
  const file = findProgram('docker')
  if (!file) throw new Fault('There is no docker on the PATH', { advice: 'Install Docker.' })
  await requireCompose(file)
  if (!(await outputOf(file, ['version', '--format', '{{.Server.Version}}']))) {
    throw new Fault('No Docker daemon answers', { advice: 'Start Docker, or set DOCKER_HOST.' })
  }
  const base = ['compose', '--file', path.join(root, 'docker-compose.yml')]
  const all = (args) => [...base, ...(project ? ['--project-name', project] : []), ...args]
  return {
    run: (args, options) =>
      runCommand(file, all(args), {
        cwd: root,
        env,
        log,
        what: `docker compose ${args[0]}`,
        ...options,
      }),
    ask: (args) => outputOf(file, all(args), 60_000),
    docker: (args) => outputOf(file, args, 60_000),
    show: (args) =>
      new Promise((resolve) => {
        const child = spawn(file, all(args), { cwd: root, env, stdio: 'inherit' })
        child.on('close', (code) => resolve(code ?? 1))
      }),
  }
}
