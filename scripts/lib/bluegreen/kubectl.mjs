import { execFile } from 'node:child_process'
import { Fault } from '../terminal/fault.mjs'

const bytes = 1 << 27

const run = (args, { input, timeoutMs = 120_000 } = {}) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      'kubectl',
      args,
      { maxBuffer: bytes, timeout: timeoutMs },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const said = (stderr.trim() || stdout.trim() || error.message).split('\n').at(-1)
        reject(
          Object.assign(new Error(said, { cause: error }), { isMissing: error.code === 'ENOENT' }),
        )
      },
    )
    child.stdin.on('error', () => {}) // a kubectl that is not there, or has refused, reads nothing
    child.stdin.end(input)
  })

const away = /connect to the server|connection refused|i\/o timeout|no such host|EOF$/i
const wrongPlace = /context .*does not exist|no configuration has been provided|current-context/i

/** What is the reader's to mend: programs, context, cluster, rights. */
const faultOf = (error) => {
  if (error.isMissing) {
    return new Fault('There is no kubectl on the PATH', {
      advice: 'Install kubectl 1.27 or later.',
    })
  }
  if (wrongPlace.test(error.message)) {
    return new Fault(`kubectl knows no such cluster: ${error.message}`, {
      advice: '"kubectl config get-contexts" lists those of your kubeconfig.',
      cause: error,
    })
  }
  if (away.test(error.message)) {
    return new Fault(`The cluster does not answer: ${error.message}`, { cause: error })
  }
  return new Fault(`kubectl: ${error.message}`, { cause: error })
}

const isAbsent = ({ message }) => /\(NotFound\)|not found/.test(message)

/**
 * The cluster that a context of the caller's kubeconfig names. Every failure is a Fault.
 * @param context the current one by default
 * @param place whose overlays are its
 */
export const kubectlOf = ({ context, place }) => {
  const where = context ? ['--context', context] : []
  const ask = (args, options) =>
    run([...where, ...args], options).catch((error) => {
      throw faultOf(error)
    })
  const get = async (args) =>
    JSON.parse(await ask(['get', '-o', 'json', '--request-timeout=15s', ...args]))
  return {
    place,
    ask,
    get,
    /** @returns undefined when there is none */
    find: (args) =>
      get(args).catch((fault) => {
        if (isAbsent(fault)) return undefined
        throw fault
      }),
    /** What a folder of deploy/kubernetes makes; no cluster is asked. */
    render: (folder) => ask(['kustomize', folder]),
    apply: (input, more = []) =>
      ask(
        [
          'apply',
          '--server-side',
          '--force-conflicts',
          '--field-manager=mm-deploy',
          ...more,
          '-f',
          '-',
        ],
        { input, timeoutMs: 300_000 },
      ),
  }
}
