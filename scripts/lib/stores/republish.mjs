import { openDatabase, republish } from '@micromart/store'
import { Fault } from '../terminal/fault.mjs'

/** The services that tell events through an outbox. */
export const publishers = ['product', 'user', 'order', 'payment']

const opened = (url, service) =>
  openDatabase({ url, entities: [], poolSize: 1 }).catch((cause) => {
    throw new Fault(`The database of ${service} cannot be reached: ${cause.message}`, {
      advice: 'Run "npm start" first: the relays of a running shop do the sending.',
      cause,
    })
  })

/**
 * Has what was sent since a moment sent again, by the relays of the running services. Needs Node 24.
 * @param secrets the shop's, with `mysql-<service>`
 * @param hours at most 24: what was sent earlier is pruned
 * @returns how many events of each service, `{ order: 12 }`
 */
export const republishAll = async ({ secrets, services, hours, now = new Date() }) => {
  const counts = {}
  for (const service of services) {
    const db = await opened(secrets[`mysql-${service}`], service)
    try {
      counts[service] = await republish(db, new Date(now.getTime() - hours * 3_600_000), now)
    } finally {
      await db[Symbol.asyncDispose]()
    }
  }
  return counts
}
