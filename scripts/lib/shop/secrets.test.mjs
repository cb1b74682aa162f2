import { describe, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { secretsOf } from '@micromart/contracts/rights'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { accountsFor } from '../stores/databases.mjs'
import { appNames, keysOf, secretsFor } from './secrets.mjs'

const withKeys = (test) => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mm-secrets-'))
  try {
    test(keysOf(home), home)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const secretsOver = (keys, { mysqlUrl, url }) => {
  const account = (user) => ({ user, password: keys[`redis-${user}`] })
  const redis = { url, db: 3, dapr: account('dapr'), gateway: account('gateway') }
  return secretsFor({ keys, accounts: accountsFor('_x'), redis, mysqlUrl })
}

describe('the secrets of a shop', () => {
  it('know every app, each with tokens that are no other’s', () => {
    expect(appNames.toSorted()).toEqual(Object.values(apps).toSorted())
    withKeys((keys, home) => {
      const tokens = appNames.flatMap((app) =>
        ['dapr', 'app'].map((of) => `${of}-api-token-${app}`),
      )
      expect(new Set(tokens.map((name) => keys[name])).size).toBe(2 * appNames.length)
      expect(keysOf(home)).toEqual(keys)
      expect(statSync(path.join(home, 'keys.json')).mode & 0o777).toBe(0o600)
    })
  })

  it('hold all that an app may read but another provider’s, and a mail server’s', () => {
    withKeys((keys) => {
      const stores = { mysqlUrl: 'mysql://a:b@h:1', url: 'redis://:c@r:2/0' }
      const held = Object.keys(secretsOver(keys, stores))
      const missing = Object.values(secretsOf)
        .flat()
        .filter((name) => !held.includes(name))
      expect(missing).toEqual(['smtp-password', 'stripe-api-key', 'stripe-webhook-secret'])
    })
  })

  it('say how the stores are reached: plainly, or over TLS with the CA that proves them', () => {
    withKeys((keys) => {
      const plain = secretsOver(keys, { mysqlUrl: 'mysql://a:b@h', url: 'redis://:c@r/0' })
      expect(plain['mysql-order']).toBe(
        `mysql://mm_order_x:${keys['mysql-order']}@h/micromart_order_x`,
      )
      expect([plain['redis-host'], plain['redis-tls']]).toEqual(['r:6379', 'false'])
      const verified = secretsOver(keys, {
        mysqlUrl: 'mysql://a:b@h:1?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fc%2Fca.crt',
        url: 'rediss://:c@r:2/0?ssl_ca_certs=%2Fc%2Fca.crt',
      })
      expect(verified['mysql-order']).toBe(
        `mysql://mm_order_x:${keys['mysql-order']}@h:1/micromart_order_x?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fc%2Fca.crt`,
      )
      expect(verified['redis-gateway']).toBe(
        `rediss://gateway:${keys['redis-gateway']}@r:2/3?ssl_ca_certs=%2Fc%2Fca.crt`,
      )
      expect(verified['redis-tls']).toBe('true')
    })
  })
})
