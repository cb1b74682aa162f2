import { isListening } from '../machine/ports.mjs'
import { isAlive } from '../machine/processes.mjs'

const everyMs = 5000

const troubles = async ({ ports, run }) => {
  const apps = Object.keys(ports)
  const sidecars = await Promise.all(apps.map((app) => isListening(ports[app].daprHttp)))
  const dead = apps
    .filter((_, index) => !sidecars[index])
    .map((app) => `the sidecar of ${app} is dead`)
  const stores = Object.entries(run.processes)
    .filter(([name, each]) => name !== 'dapr' && !(each && isAlive(each)))
    .map(([name]) => `${name} has ended`)
  return [...dead, ...stores]
}

/**
 * Watches an open shop: says once what has died and isn't started again by anybody; ends when `dapr run` does.
 * @param onEnd called with the reason
 */
export const watchShop = (shop, { say, onEnd }) => {
  const told = new Set()
  const look = async () => {
    if (shop.dapr.ended !== undefined)
      return onEnd(`"dapr run" ended with ${shop.dapr.ended}, see ${shop.dapr.log}`)
    for (const trouble of await troubles(shop)) {
      if (told.has(trouble)) continue
      told.add(trouble)
      say.line(
        `WARNING  ${trouble}; "npm stop" and "npm start" mend it (logs: var/log, .dapr/logs)`,
      )
    }
    setTimeout(look, everyMs)
  }
  setTimeout(look, everyMs)
}
