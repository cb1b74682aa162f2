import path from 'node:path'
import { canInstall, installPackages } from '../machine/apt.mjs'
import { Fault } from '../terminal/fault.mjs'
import { certificateFiles, ensureCertificates } from '../certificates/certificates.mjs'
import { canUnpackDebian } from '../machine/debian.mjs'
import { isTls } from './address.mjs'
import { fetchMysql } from './debian-mysql.mjs'
import { findMysql, startOwnMysql, wishedStore } from './own-mysql.mjs'
import { findRedis, startOwnRedis } from './own-redis.mjs'

const ensureMysql = async (say, logDir) => {
  if (await findMysql()) return
  if (canUnpackDebian()) return fetchMysql(say, logDir)
  throw new Fault('MICROMART_STORE asks for MySQL, and there is none on this machine', {
    advice: 'Install MySQL 8.4 or later, or name a running one in MICROMART_MYSQL_URL.',
  })
}

const installMissing = async (missing, say, logDir) => {
  if (missing.length === 0) return
  const otherwise = ', or set MICROMART_MYSQL_URL and MICROMART_REDIS_URL'
  if (canInstall()) return installPackages(missing, say, logDir, otherwise)
  throw new Fault(
    `There is no ${missing.includes('redis-server') ? 'Redis' : 'MariaDB or MySQL'} on this machine`,
    {
      advice:
        'Install it (Debian: sudo apt-get install mariadb-server-core mariadb-client-core redis-server), or name running ones in ' +
        'MICROMART_MYSQL_URL (mysql://admin:password@host:port) and MICROMART_REDIS_URL (redis://:password@host:port/0).',
    },
  )
}

/** The server, and the package of a program that making its first files takes (my_print_defaults), which it does not depend on. */
const mariadbPackages = ['mariadb-server-core', 'mariadb-client-core']

/** What has to be installed for the stores that are not given. */
const missingStores = async ({ mysqlUrl, redisUrl }) => [
  ...(mysqlUrl || wishedStore() === 'mysql' || (await findMysql()) ? [] : mariadbPackages),
  ...(redisUrl || (await findRedis()) ? [] : ['redis-server']),
]

/** Its binary log costs a write to disk for each commit: a shop for development keeps none unless it is asked to. */
const isLogWanted = () => process.env.MICROMART_BINLOG === '1'

const tlsNames = {
  MICROMART_MYSQL_URL: 'mysql://...?ssl-mode=VERIFY_IDENTITY&ssl-ca=<file>',
  MICROMART_REDIS_URL: 'rediss://...?ssl_ca_certs=<file>',
}

const requireTls = ({ mysqlUrl, redisUrl }) => {
  const given = { MICROMART_MYSQL_URL: mysqlUrl, MICROMART_REDIS_URL: redisUrl }
  for (const [name, url] of Object.entries(given)) {
    if (url === undefined || isTls(url)) continue
    throw new Fault(
      `${name} names a store without TLS, and MICROMART_TLS or MICROMART_ZERO_TRUST asks for it`,
      {
        advice: `Name it with TLS: ${tlsNames[name]}`,
      },
    )
  }
}

/**
 * The two stores: the given ones, or own processes with their data below `home`.
 * @param logged whether an own MariaDB keeps a binary log; by itself as MICROMART_BINLOG says
 * @param label before the names of their processes, where a run has two pairs of stores
 * @param tls own ones take nothing else than TLS, given ones must be named with it
 * @returns administrators' addresses `{ mysqlUrl, redisUrl }`
 */
export const openStores = async ({
  mysqlUrl,
  redisUrl,
  home,
  logDir,
  ports,
  label = '',
  durable,
  logged = isLogWanted(),
  tls = false,
  run,
  say,
}) => {
  if (tls) requireTls({ mysqlUrl, redisUrl })
  const certificates = tls && (await ensureCertificates(path.join(home, 'certs')))
  if (!mysqlUrl && wishedStore() === 'mysql') await ensureMysql(say, logDir)
  await installMissing(await missingStores({ mysqlUrl, redisUrl }), say, logDir)
  const own = (name, wish) => ({
    name: `${label}${name}`,
    folder: path.join(home, name),
    log: path.join(logDir, `${name}.log`),
    wish,
    durable,
    ...(tls
      ? { tls: { files: certificateFiles(certificates.folder, name), ca: certificates.ca } }
      : {}),
    run,
    say,
  })
  const mysql = mysqlUrl ?? startOwnMysql({ ...own('mysql', ports?.mysql ?? 7601), logged })
  const redis = redisUrl ?? startOwnRedis(own('redis', ports?.redis ?? 7602))
  const [first, second] = await Promise.allSettled([mysql, redis])
  for (const { status, reason } of [first, second]) if (status === 'rejected') throw reason
  return { mysqlUrl: first.value, redisUrl: second.value }
}
