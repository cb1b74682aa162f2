import path from 'node:path'
import { rootFile } from '../certificates/certificates.mjs'
import { freePorts, isListening } from '../machine/ports.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'
import { ensureIdentities, namespace, sentryConfiguration, tokenFile } from './identities.mjs'

/**
 * Starts Dapr's certificate authority for the sidecars of a shop.
 * @param folder of `ensureIdentities`; each start gives the sidecars new tokens
 * @returns `{ address, rootFile, tokenFile(app) }`
 */
export const startSentry = async ({ folder, program, run, logDir }) => {
  await ensureIdentities(folder, { force: true })
  const [port, healthz] = await freePorts(2)
  const where = ['--issuer-credentials', folder, '--config', sentryConfiguration(folder)]
  const ports = ['--port', String(port), '--healthz-port', String(healthz)]
  const quiet = ['--listen-address', '127.0.0.1', '--enable-metrics=false', '--log-level', 'warn']
  const log = path.join(logDir, 'sentry.log')
  const env = { ...process.env, NAMESPACE: namespace }
  const server = spawnServer('sentry', program, [...where, ...ports, ...quiet], { run, log, env })
  await waitFor(`sentry on port ${port}`, server, async () => {
    if (!(await isListening(port))) throw new Error('it does not listen')
  })
  return {
    address: `127.0.0.1:${port}`,
    rootFile: rootFile(folder),
    tokenFile: (app) => tokenFile(folder, app),
  }
}
