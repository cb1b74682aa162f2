import { Fault } from '../terminal/fault.mjs'
import { isTls } from './address.mjs'
import { connectRedis } from './redis.mjs'

const everydayCommands = ['+@all', '-@admin', '-@dangerous', '+info']

// Dapr keeps state under "<app id>||<key>" and each topic in a stream of the topic's name.
const rights = {
  dapr: ['~*||*', '~*.v1', '&*', ...everydayCommands],
  gateway: ['~gw:*', '&gw:*', ...everydayCommands],
}

/** The same accounts as a file of Redis' (`aclfile`); `hash` answers a password's SHA-256 in hex. */
export const aclLines = (keys, hash) =>
  Object.entries(rights).map(
    ([name, given]) => `user ${name} reset on #${hash(keys[`redis-${name}`])} ${given.join(' ')}`,
  )

const given = (url) => {
  const { username, password } = new URL(url)
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/**
 * One Redis account for the sidecars and one for the gateway's counters, each with its own keys.
 * @param suffix keeps the accounts of shops on one server apart
 * @returns what secretsFor needs; with the given account twice where the server forbids making accounts
 */
export const createRedisAccounts = async ({ redisUrl, keys, suffix = '', say }) => {
  const { host, pathname } = new URL(redisUrl)
  const db = Number(pathname.slice(1) || 0)
  const redis = await connectRedis(redisUrl).catch((cause) => {
    throw new Fault(`The Redis at ${host} refuses: ${cause.message}`, {
      advice: isTls(redisUrl)
        ? 'Is it running, is the password in MICROMART_REDIS_URL right, and does ssl_ca_certs name the CA of its certificate?'
        : 'Is it running, and is the password in MICROMART_REDIS_URL right?',
      cause,
    })
  })
  const create = async (name) => {
    const account = { user: `${name}${suffix}`, password: keys[`redis-${name}`] }
    await redis.call(
      'ACL',
      'SETUSER',
      account.user,
      'reset',
      'on',
      `>${account.password}`,
      ...rights[name],
    )
    return account
  }
  try {
    return { url: redisUrl, db, dapr: await create('dapr'), gateway: await create('gateway') }
  } catch (error) {
    say.line(
      `  note: this Redis lets nobody make accounts (${error.message}); its own is used for all`,
    )
    return { url: redisUrl, db, dapr: given(redisUrl), gateway: given(redisUrl) }
  } finally {
    redis.close()
  }
}

/** Removes a shop's accounts and all that is in its database. */
export const dropRedisData = async (redisUrl, suffix) => {
  const redis = await connectRedis(redisUrl)
  await redis.call('FLUSHDB')
  await redis.call('ACL', 'DELUSER', `dapr${suffix}`, `gateway${suffix}`).catch(() => {})
  redis.close()
}
