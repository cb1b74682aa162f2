import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../../terminal/fault.mjs'

const label = 'micromart.trial'

/** As in production: nothing to write to, no rights, and in the machine's network, where stores and sidecars are on the loopback. */
const hardened = [
  '--network=host',
  '--read-only',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  // Asked by hand: podman's own round needs systemd.
  '--no-healthcheck',
]

const pairs = (flag, values) =>
  Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`])

const residentMegabytes = (pid) => {
  if (!existsSync(`/proc/${pid}/status`)) return undefined
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}

const inTime = (promise, limitMs) => {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const nameOf = (name) => `micromart-trial-${process.pid}-${name}`

const starting = (engine, { folder, log }) => {
  const common = [...engine.flags.run, ...hardened, '--label', `${label}=${folder}`]
  return {
    /** Starts one and leaves it running. The folder is there under the same path. */
    start: (name, image, { args = [], env = {} } = {}) => {
      const own = [
        '--name',
        nameOf(name),
        '--volume',
        `${folder}:${folder}`,
        ...pairs('--env', env),
      ]
      return engine.run(['run', '--detach', ...common, ...own, image, ...args], {
        log,
        what: `Starting ${name}`,
      })
    },
    /** Runs one to its end. @throws Fault with its output when it fails */
    runOnce: (name, image, { args, env = {}, input }) => {
      const own = [...(input === undefined ? [] : ['--interactive']), ...pairs('--env', env)]
      return engine.run(['run', '--rm', ...common, ...own, image, ...args], {
        log: path.join(path.dirname(log), `trial-${name}.log`),
        what: name,
        input,
      })
    },
  }
}

const asking = (engine) => ({
  /** Whether a command inside it ends with 0. */
  succeeds: async (name, command, env = {}) =>
    (await engine.ask('exec', ...pairs('--env', env), nameOf(name), ...command)) !== undefined,
  /** Resident memory of its first process, in MiB; undefined when it has ended. */
  memory: async (name) =>
    residentMegabytes(await engine.ask('inspect', '--format', '{{.State.Pid}}', nameOf(name))),
  /** The last lines of its output. */
  tail: async (name) => (await engine.hear('logs', '--tail', '6', nameOf(name))) ?? '(no output)',
})

const ending = (engine, { folder, log }) => {
  const ours = ['--all', '--filter', `label=${label}=${folder}`]
  const list = async (...format) =>
    ((await engine.ask('ps', ...ours, ...format)) ?? '').split('\n').filter(Boolean)
  return {
    /** Sends SIGTERM and waits. @returns `{ code, ms }`; no code when it has not ended in time */
    end: async (name, limitMs) => {
      const began = Date.now()
      await engine.ask('kill', '--signal', 'TERM', nameOf(name)) // one that is dead already tells its own code
      const code = await inTime(engine.ask('wait', nameOf(name)), limitMs)
      return { code: code === undefined ? undefined : Number(code), ms: Date.now() - began }
    },
    /** Writes what each has said beside the trial's own log. */
    keepLogs: async () => {
      for (const name of await list('--format', '{{.Names}}')) {
        const text = (await engine.hear('logs', name)) ?? ''
        writeFileSync(
          path.join(path.dirname(log), `${name.replace(/^.*?\d+-/, 'container-')}.log`),
          text,
        )
      }
    },
    /** Removes all of this folder's, also those that an earlier trial left behind. */
    removeAll: async () => {
      const ids = await list('--quiet')
      if (ids.length > 0) await engine.remove(ids)
    },
  }
}

/**
 * The containers of one trial, known by a label with its folder.
 * @param context `{ folder, log }`: the folder is what all of them may read and write
 */
export const trialContainers = (engine, context) => ({
  ...starting(engine, context),
  ...asking(engine),
  ...ending(engine, context),
})

/** @throws Fault when the engine cannot run a container here, with its words */
export const requireRunnable = async (containers, image) => {
  try {
    await containers.runOnce('probe', image, { args: ['--version'] })
  } catch (cause) {
    throw new Fault(`Containers cannot be run here: ${cause.message}`, {
      advice:
        'docs/containers.md says what podman needs on a small machine; --no-run checks the images without running them.',
      log: cause.log,
      cause,
    })
  }
}
