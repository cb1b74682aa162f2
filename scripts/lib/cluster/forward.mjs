import { createInterface } from 'node:readline'
import { Fault } from '../terminal/fault.mjs'

const patienceMs = 60_000

const firstPort = (child) =>
  new Promise((resolve, reject) => {
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
      const port = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port) end(resolve)(Number(port))
    })
  })

/**
 * Opens a port of this machine's loopback that leads to one of a pod, also where the pod listens on its own loopback alone.
 * @param target such as `deployment/order`
 * @returns `{ port, close() }`
 */
export const forward = async (cluster, { namespace, target, port }) => {
  const args = ['port-forward', '--namespace', namespace, target, `:${port}`]
  const child = cluster.spawn(args, { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    return { port: await firstPort(child), close: () => child.kill() }
  } catch (cause) {
    child.kill()
    throw new Fault(`Port ${port} of ${namespace}/${target} cannot be reached: ${cause.message}`, {
      advice: '"npm run cluster -- status" says which pods do not run.',
      cause,
    })
  }
}

/** Does something with forwarded ports, and closes them whatever happens. */
export const withForwarded = async (cluster, targets, work) => {
  const open = {}
  try {
    for (const [name, target] of Object.entries(targets)) open[name] = await forward(cluster, target)
    return await work(Object.fromEntries(Object.entries(open).map(([name, { port }]) => [name, port])))
  } finally {
    for (const { close } of Object.values(open)) close()
  }
}
