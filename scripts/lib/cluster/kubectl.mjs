import { execFile, spawn } from 'node:child_process'
import { kubectl as program } from './programs.mjs'
import { kubeconfig, ownContext } from './layout.mjs'

const bytes = 1 << 27

const run = (file, args, { input, timeoutMs = 120_000 } = {}) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { maxBuffer: bytes, timeout: timeoutMs },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout.trim())
        const said = stderr.trim() || stdout.trim() || error.message
        reject(Object.assign(new Error(said), { stdout, exit: error.code }))
      },
    )
    if (input !== undefined) child.stdin.end(input)
  })

/**
 * Asks one cluster.
 * @param file the program
 * @param where kubectl's flags that name the cluster
 */
const client = (file, where) => ({
  file: file(),
  where,
  /** What a command answers, trimmed. @throws Error with what it says, `exit` and `stdout` */
  ask: (args, options) => run(file(), [...where, ...args], options),
  /** The same as JSON. */
  get: async (args, options) =>
    JSON.parse(await run(file(), [...where, 'get', '-o', 'json', ...args], options)),
  /** Creates or changes objects, in server-side apply, whose owner we are. */
  apply: (objects, options = []) => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=micromart']
    const input = typeof objects === 'string' ? objects : JSON.stringify(list)
    return run(file(), [...where, ...args, ...options, '-f', '-'], { input, timeoutMs: 300_000 })
  },
  /** A process that runs until it is killed, such as a forwarded port. */
  spawn: (args, options) => spawn(file(), [...where, ...args], options),
})

/** The cluster of this checkout. */
export const kubectl = client(program.cached, ['--kubeconfig', kubeconfig, '--context', ownContext])
