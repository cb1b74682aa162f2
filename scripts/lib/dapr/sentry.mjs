import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureAuthority, rootFile } from '../certificates/certificates.mjs'
import { freePorts, isListening } from '../machine/ports.mjs'
import { appNames, writePrivate } from '../shop/secrets.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'

/** What Dapr calls things on one machine. */
const trustDomain = 'public'
const namespace = 'default'
const audience = 'spiffe://localhost/ns/default/dapr-sentry'

const tokenDays = 30

const tokenFile = (folder, app) => path.join(folder, 'tokens', `${app}.jwt`)

/**
 * A token for each sidecar, by which sentry knows whose certificate it may ask for: without a validator it gives any name to
 * anybody. The key that signs them is forgotten at once.
 */
const writeTokens = async (folder) => {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose')
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const kid = 'sidecars'
  mkdirSync(path.join(folder, 'tokens'), { recursive: true, mode: 0o700 })
  for (const app of appNames) {
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid })
      .setSubject(`spiffe://${trustDomain}/ns/${namespace}/${app}`)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${tokenDays} days`)
      .sign(privateKey)
    writeFileSync(tokenFile(folder, app), token, { mode: 0o600 })
  }
  const file = path.join(folder, 'jwks.json')
  const key = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  writePrivate(file, { keys: [key] })
  return file
}

const writeConfiguration = (folder, jwks) => {
  const file = path.join(folder, 'config.yaml')
  const configuration = {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'sentry' },
    spec: { mtls: { tokenValidators: [{ name: 'jwks', options: { source: jwks } }] } },
  }
  writePrivate(file, configuration) // JSON is YAML
  return file
}

/**
 * Starts Dapr's certificate authority for the sidecars, with a root of its own below `home`.
 * @returns `{ address, rootFile, tokenFile(app) }`
 */
export const startSentry = async ({ home, program, run, logDir }) => {
  const folder = path.join(home, 'sentry')
  const credentials = path.join(folder, 'credentials')
  await ensureAuthority(credentials)
  const config = writeConfiguration(folder, await writeTokens(folder))
  const [port, healthz] = await freePorts(2)
  const where = ['--issuer-credentials', credentials, '--config', config]
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
    rootFile: rootFile(credentials),
    tokenFile: (app) => tokenFile(folder, app),
  }
}
