import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { certificateFiles, rootFile } from '../certificates/certificates.mjs'
import { appNames, writePrivate } from '../shop/secrets.mjs'

const shellText = (value) => `'${value.replaceAll("'", String.raw`'\''`)}'`

const writeShell = (file, variables) => {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${shellText(value)}\n`)
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  chmodSync(file, 0o600)
}

const tokensOf = (app, keys) => ({
  DAPR_API_TOKEN: keys[`dapr-api-token-${app}`],
  APP_API_TOKEN: keys[`app-api-token-${app}`],
})

/** Over mTLS callers have names and the access lists count; without it their default alone would decide. */
const identityOf = (app, sentry) =>
  sentry
    ? {
        MICROMART_ACCESS_DEFAULT: 'deny',
        MICROMART_DAPRD_FLAGS: `--enable-mtls --sentry-address ${sentry.address}`,
        DAPR_TRUST_ANCHORS: readFileSync(sentry.rootFile, 'utf8'),
        DAPR_SENTRY_TOKEN_FILE: sentry.tokenFile(app),
      }
    : { MICROMART_ACCESS_DEFAULT: 'allow', MICROMART_DAPRD_FLAGS: '' }

/** What a sidecar alone may know. */
export const sidecarEnvironment = (app, { keys, sentry, ca }) => ({
  NAMESPACE: 'default', // of identities; a variable of that name may mean something else where the shop is started
  ...tokensOf(app, keys),
  ...identityOf(app, sentry),
  ...(ca ? { SSL_CERT_FILE: ca } : {}),
})

const served = (certificates, name) => {
  const { certificate, key } = certificateFiles(certificates, name)
  return { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key }
}

/** Where payment and the provider find each other by HTTPS; dapr.yaml says where by HTTP. */
const overTls = {
  payment: ({ certificates, ports }) => ({
    PROVIDER_URL: `https://127.0.0.1:${ports.provider.tls}`,
    PROVIDER_CA_FILE: rootFile(certificates),
  }),
  provider: ({ certificates, ports }) => ({
    ...served(certificates, 'provider'),
    PROVIDER_WEBHOOK_URL: `https://127.0.0.1:${ports.gateway.publicTls}/v1/webhooks/simulated`,
    NODE_EXTRA_CA_CERTS: rootFile(certificates), // a real provider trusts what browsers trust
  }),
}

/** What an app alone may know. The gateway always has its HTTPS door. */
export const appEnvironment = (app, lent) => ({
  ...tokensOf(app, lent.keys),
  ...(app === 'gateway' ? served(lent.certificates, app) : {}),
  ...(lent.tls ? overTls[app]?.(lent) : {}),
})

/**
 * Writes what each app and its sidecar alone may know, over what dapr.yaml says: tokens, identity, certificates. `dapr run` gives its
 * own environment to all of them.
 * @param sentry of `startSentry`; undefined without zero trust
 * @param ca root of the stores' certificates; undefined when they speak plainly
 * @param certificates folder of the servers' own
 * @param tls whether payment and the provider speak TLS
 * @param ports by app
 * @returns the folder: `<app>.env` for its sidecar, `<app>.json` for the app
 */
export const writeEnvironments = (folder, lent) => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const app of appNames) {
    writeShell(path.join(folder, `${app}.env`), sidecarEnvironment(app, lent))
    writePrivate(path.join(folder, `${app}.json`), appEnvironment(app, lent))
  }
  return folder
}
