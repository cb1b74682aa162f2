import { noEntries, verifyChain } from '@micromart/kernel'
import { auditRows, openDatabase, readAuditHead } from '@micromart/store'
import { Fault } from '../terminal/fault.mjs'
import { connectRedis } from './redis.mjs'

const advice = 'Is the shop started (npm start)? Its stores are asked themselves, not its services.'

const reach = (service, opening) =>
  opening.catch((cause) => {
    throw new Fault(`The store of ${service} cannot be read: ${cause.message}`, { advice, cause })
  })

/** The end is read first: entries that are written meanwhile lie beyond it. */
const inMysql = async (service, secrets, known) => {
  const url = secrets[`mysql-${service}`]
  const db = await reach(service, openDatabase({ url, entities: [], poolSize: 1 }))
  try {
    const head = await reach(service, readAuditHead(db))
    return { head, ...(await verifyChain(auditRows(db, head), head, known)) }
  } finally {
    await db[Symbol.asyncDispose]()
  }
}

/** The cart's entries lie in Dapr's state store: a hash each, its JSON under `data`. */
const storedIn = (redis) => async (key) => {
  const data = await redis.call('HGET', `cart||${key}`, 'data')
  if (data === null) return undefined
  const { schemaVersion: _, at, ...stored } = JSON.parse(data)
  return { ...stored, at: new Date(at) }
}

async function* rowsIn(read, { seq }) {
  for (let next = 1; next <= seq; next += 1) {
    const row = await read(`audit:${next}`)
    if (row) yield row
  }
}

const inRedis = async (secrets, known) => {
  const url = new URL(secrets['redis-gateway']) // the same server, with other rights
  url.username = encodeURIComponent(secrets['redis-username'])
  url.password = encodeURIComponent(secrets['redis-password'])
  const redis = await reach('cart', connectRedis(url.href))
  try {
    const read = storedIn(redis)
    const head = (await read('audit')) ?? noEntries
    return { head, ...(await verifyChain(rowsIn(read, head), head, known)) }
  } finally {
    redis.close()
  }
}

/** The services that keep an audit log. */
export const auditedServices = ['product', 'user', 'cart', 'order', 'payment']

/**
 * Follows the audit logs of a shop's services from their first entry to their end, in the stores themselves. Needs Node 24.
 * @param secrets the shop's, with the addresses of its stores
 * @param known ends that were seen earlier, by service: `{ order: { seq, hash } }`
 * @returns by service `{ head: { seq, hash, at }, checked, faults: [{ seq, fault }] }`
 * @throws Fault when a store cannot be read
 */
export const verifyAudit = async ({ secrets, services = auditedServices, known = {} }) => {
  const reports = {}
  for (const service of services) {
    const verify = service === 'cart' ? inRedis : (...of) => inMysql(service, ...of)
    reports[service] = await verify(secrets, known[service])
  }
  return reports
}
