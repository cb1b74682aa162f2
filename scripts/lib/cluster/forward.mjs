import { createInterface } from 'node:readline'
import { Fault } from '../terminal/fault.mjs'

const patienceMs = 60_000

/** Reads from kubectl which ports of this machine it took: `{ 3306: 40123, ... }` by port of the pod. */
const takenPorts = (child, wanted) =>
  new Promise((resolve, reject) => {
    const taken = {}
    let said = ''
    const timer = setTimeout(() => reject(new Error('it says nothing')), patienceMs)
    const end = (settle) => (value) => {
      clearTimeout(timer)
      settle(value)
    }
    child.stderr.on('data', (data) => (said += data))
    child.on('error', end(reject))
    child.on('close', (code) => end(reject)(new Error(said.trim() || `it ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, here, there] = /^Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)/.exec(line) ?? []
      if (here) taken[there] = Number(here)
      if (Object.keys(taken).length === wanted) end(resolve)(taken)
    })
  })

/**
 * Opens ports of this machine's loopback that lead to those of a pod, also where the pod listens on its own loopback alone.
 * @param target `{ namespace, target: 'deployment/order', ports: { name: number } }`
 * @returns `{ ports: { name: number }, close() }`
 */
const forward = async (cluster, { namespace, target, ports }) => {
  const wanted = Object.values(ports)
  const args = [
    'port-forward',
    '--namespace',
    namespace,
    target,
    ...wanted.map((port) => `:${port}`),
  ]
  const child = cluster.spawn(args, { stdio: ['ignore', 'pipe', 'pipe'] })
  process.once('exit', () => child.kill())
  try {
    const taken = await takenPorts(child, wanted.length)
    const here = ([name, port]) => [name, taken[port]]
    return {
      ports: Object.fromEntries(Object.entries(ports).map(here)),
      close: () => child.kill(),
    }
  } catch (cause) {
    child.kill()
    throw new Fault(`Ports of ${namespace}/${target} cannot be reached: ${cause.message}`, {
      advice: '"npm run cluster -- status" says which pods do not run.',
      cause,
    })
  }
}

/**
 * Does something with forwarded ports, and closes them whatever happens.
 * @param targets by name
 * @param work given `{ name: ports }`
 */
export const withForwarded = async (cluster, targets, work) => {
  const open = []
  const openOne = async ([name, target]) => {
    const forwarded = await forward(cluster, target)
    open.push(forwarded)
    return [name, forwarded.ports]
  }
  try {
    const opened = await Promise.allSettled(Object.entries(targets).map(openOne))
    for (const { status, reason } of opened) if (status === 'rejected') throw reason
    return await work(Object.fromEntries(opened.map(({ value }) => value)))
  } finally {
    for (const { close } of open) close()
  }
}
