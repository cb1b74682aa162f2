import path from 'node:path'
import { node24, nodeFlags } from '../machine/node24.mjs'
import { root } from '../machine/paths.mjs'
import { freePorts } from '../machine/ports.mjs'
import { urlWith } from '../stores/address.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'

/**
 * Runs the simulated provider over its own database, without a shop: its webhooks wait until there is one.
 * @returns its address
 */
export const startProviderAlone = async ({ secrets, mysqlUrl, run, log }) => {
  const [port] = await freePorts(1)
  const { username, password, pathname } = new URL(secrets['mysql-provider'])
  const account = { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  const file = path.join(root, 'services', 'provider', 'src', 'main.ts')
  const server = spawnServer('provider', node24(), [...nodeFlags, file], {
    run,
    log,
    env: {
      ...process.env,
      SHOP_ENV: 'local',
      HTTP_PORT: String(port),
      PROVIDER_DATABASE_URL: urlWith(mysqlUrl, { ...account, database: pathname.slice(1) }),
      PROVIDER_KEY: secrets['provider-key'],
      PROVIDER_WEBHOOK_KEY: secrets['provider-webhook-key'],
    },
  })
  const url = `http://127.0.0.1:${port}`
  await waitFor('The provider', server, async () => {
    const answer = await fetch(`${url}/readyz`)
    if (!answer.ok) throw new Error(`it says ${answer.status}`)
  })
  return url
}
