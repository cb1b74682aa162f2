#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'

const { values } = commandLine(
  `
npm run certs [-- --out FOLDER] [--host NAME ...] [--force]

Makes a development CA and the certificates of gateway, mysql, redis and provider, for localhost and their names
on a container network; and in FOLDER/sentry what sentry and the sidecars know each other by: an authority of its
own, sentry's Configuration, a token for each sidecar (for 30 days). What is there and good for 30 days more, tokens
for 15, is kept. "npm start" does the same for the shop that it starts.

  --out FOLDER  where they lie (var/certs); keys may be read by their owner only
  --host NAME   another name or address that the gateway answers to; may be repeated
  --force       makes all of them anew, the CA too: who trusts the old one no longer gets in

Clients trust FOLDER/ca.crt: curl --cacert var/certs/ca.crt https://localhost:8443/livez
`,
  {
    out: { type: 'string', default: path.join(shopHome, 'certs') },
    host: { type: 'string', multiple: true, default: [] },
    force: { type: 'boolean', default: false },
  },
)

await main(async () => {
  checkNode()
  await ensureDependencies()
  const { ensureCertificates } = await import('./lib/certificates/certificates.mjs')
  const { ensureIdentities } = await import('./lib/dapr/identities.mjs')
  const { out, force, host } = values
  const { folder, made, kept } = await ensureCertificates(path.resolve(out), { force, more: host })
  const sentry = path.join(folder, 'sentry')
  const isNew = await ensureIdentities(sentry, { force, forceRoot: force })
  ;(isNew ? made : kept).push('sentry')
  if (made.length > 0) console.log(`made in ${folder}: ${made.join(', ')}`)
  if (kept.length > 0) console.log(`kept, as they are good: ${kept.join(', ')}`)
})
