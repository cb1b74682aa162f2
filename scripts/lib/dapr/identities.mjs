import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureAuthority } from '../certificates/certificates.mjs'
import { appNames, writePrivate } from '../shop/secrets.mjs'

/** What Dapr calls things outside of Kubernetes, where a sidecar's NAMESPACE is "default". */
const trustDomain = 'public'
export const namespace = 'default'
const audience = 'spiffe://localhost/ns/default/dapr-sentry'

const tokenDays = 30
const renewDays = 15

/** What a sidecar shows sentry (DAPR_SENTRY_TOKEN_FILE). */
export const tokenFile = (folder, app) => path.join(folder, 'tokens', `${app}.jwt`)

/** What sentry knows the tokens by (`--config`). */
export const sentryConfiguration = (folder) => path.join(folder, 'config.yaml')

const writeTokens = async (folder) => {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose') // there only after `npm ci`
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
  return { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
}

const writeConfiguration = (folder, jwks) => {
  const validator = { name: 'jwks', options: { source: JSON.stringify(jwks) } }
  // JSON is YAML.
  writePrivate(sentryConfiguration(folder), {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'sentry' },
    spec: { mtls: { tokenValidators: [validator] } },
  })
}

const lasts = async (file) => {
  if (!existsSync(file)) return false
  const { decodeJwt } = await import('jose')
  const { exp } = decodeJwt(readFileSync(file, 'utf8'))
  return exp * 1000 > Date.now() + renewDays * 86_400_000
}

/**
 * What sentry and the sidecars need to know each other: root and issuer, a token for each sidecar that says whose certificate it
 * may ask for, and sentry's Configuration, without which it would give any name to anybody. The key that signs the tokens is forgotten
 * at once.
 * @param force makes tokens anew, which a sentry that runs already does not know
 * @returns whether anything was made now
 */
export const ensureIdentities = async (folder, { force = false, forceRoot = false } = {}) => {
  const isNew = await ensureAuthority(folder, { force: forceRoot })
  const kept = await Promise.all(appNames.map((app) => lasts(tokenFile(folder, app))))
  if (!force && kept.every(Boolean) && existsSync(sentryConfiguration(folder))) return isNew
  writeConfiguration(folder, await writeTokens(folder))
  return true
}
