import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'

const suite = 'trixie'
const packages = ['docker.io', 'docker-cli', 'docker-buildx', 'docker-compose', 'containerd']

const folder = () => path.join(cacheDir(), `docker-${suite}-${process.arch}`)

/** Docker's programs out of Debian's packages, unpacked and not installed. */
const ensurePrograms = async ({ say, logDir }) => {
  if (existsSync(folder())) return folder()
  await say.step(
    `Docker and Compose: unpacking Debian's (${suite}) into the cache`,
    { usually: '30 to 60 s, once' },
    () =>
      unpackDebian({
        suite,
        packages,
        folder: folder(),
        log: path.join(logDir, 'docker-fetch.log'),
      }),
  )
  return folder()
}

/** What else an engine of one's own needs; undefined when all is there. */
export const whyNoEngine = () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'no Docker daemon answers, and one of our own needs root on Linux'
  }
  if (!canUnpackDebian())
    return 'no Docker daemon answers, and there is no apt-get to fetch one with'
  const missing = ['runc', 'iptables', 'ip', 'nsenter'].filter((name) => !findProgram(name))
  return missing.length > 0
    ? `no Docker daemon answers, and one of our own needs ${missing.join(', ')}`
    : undefined
}

const environmentOf = (root, home) => {
  const config = path.join(home, 'config')
  mkdirSync(path.join(config, 'cli-plugins'), { recursive: true })
  for (const name of ['docker-compose', 'docker-buildx']) {
    const plugin = path.join(root, 'usr', 'libexec', 'docker', 'cli-plugins', name)
    symlinkSync(plugin, path.join(config, 'cli-plugins', name))
  }
  return {
    ...process.env,
    // This machine's runc and iptables first: those of the packages want a newer libc.
    PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${root}/usr/bin:${root}/usr/sbin:${process.env.PATH}`,
    DOCKER_HOST: `unix://${home}/docker.sock`,
    DOCKER_CONFIG: config,
  }
}

const startDaemon = async (root, home, { network, env, logDir }) => {
  const places = { 'data-root': 'data', 'exec-root': 'exec', pidfile: 'pid' }
  const flags = Object.entries(places).map(([name, place]) => `--${name}=${path.join(home, place)}`)
  const log = path.join(logDir, 'dockerd.log')
  const inside = [`--net=/run/netns/${network}`, path.join(root, 'usr/sbin/dockerd')]
  const ended = runCommand('nsenter', [...inside, '-H', env.DOCKER_HOST, ...flags], {
    env,
    log,
    detached: true,
    what: 'dockerd',
  })
  let fault
  ended.catch((error) => (fault = error))
  const docker = path.join(root, 'usr/bin/docker')
  const asked = ['-H', env.DOCKER_HOST, 'version', '--format', '{{.Server.Version}}']
  while (!(await outputOf(docker, asked))) {
    if (fault) throw fault
    await sleep(500)
  }
  return { ended } // an object, or whoever waits for the start would wait for the end
}

const endDaemon = async (home, ended) => {
  const pid = path.join(home, 'pid')
  if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')), 'SIGTERM')
  await ended?.catch(() => {})
}

/**
 * Runs work with a Docker engine that only it knows, in a network of its own: the machine's firewall stays as it is, and no port is taken.
 * Nothing of it is left behind.
 * @param work is given `run(program, args)`: a process inside of that network, whose exit status is answered. Docker's clients find the engine
 *   by this process's environment
 */
export const withPrivateEngine = async ({ say, logDir }, work) => {
  const root = await ensurePrograms({ say, logDir })
  const home = mkdtempSync(path.join(tmpdir(), 'micromart-docker-'))
  const network = `micromart-${process.pid}`
  const log = path.join(logDir, 'docker.log')
  const env = environmentOf(root, home)
  Object.assign(process.env, env)
  let daemon
  try {
    await runCommand('ip', ['netns', 'add', network], { log })
    const inside = [`--net=/run/netns/${network}`]
    await runCommand('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up'], { log })
    daemon = await say.step('A Docker engine of our own', { usually: '3 to 10 s' }, () =>
      startDaemon(root, home, { network, env, logDir }),
    )
    const run = (program, args) =>
      new Promise((resolve) => {
        const child = spawn('nsenter', [...inside, program, ...args], { env, stdio: 'inherit' })
        child.on('close', (code) => resolve(code ?? 1))
      })
    return await work(run)
  } finally {
    await endDaemon(home, daemon?.ended)
    await outputOf('ip', ['netns', 'delete', network])
    rmSync(home, { recursive: true, force: true })
  }
}
