import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { issueAuthority, issueServer } from './issue.mjs'

const rootDays = 365
const serverDays = 90
/** What is nearer to its end is made anew. */
const renewDays = 30
const day = 86_400_000

const local = ['localhost', '127.0.0.1', '::1']

/** Who gets a certificate, and for which hosts: its name on a container network, and this machine. */
const development = {
  gateway: ['gateway', ...local],
  mysql: ['mysql', ...local],
  redis: ['redis', ...local],
  provider: ['provider', ...local],
}

export const certificateFiles = (folder, name) => ({
  certificate: path.join(folder, `${name}.crt`),
  key: path.join(folder, `${name}.key`),
})

/** Where the root lies that clients believe. */
export const rootFile = (folder) => certificateFiles(folder, 'ca').certificate

const read = (folder, name) => {
  const { certificate, key } = certificateFiles(folder, name)
  if (!existsSync(certificate) || !existsSync(key)) return undefined
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
}

const replace = (file, text, mode) => {
  writeFileSync(`${file}.tmp`, text, { mode })
  chmodSync(`${file}.tmp`, mode)
  renameSync(`${file}.tmp`, file)
}

/** The key first: who watches the certificate finds both. */
const write = (folder, name, { certificate, key }) => {
  const files = certificateFiles(folder, name)
  replace(files.key, key, 0o600)
  replace(files.certificate, certificate, 0o644)
  return { certificate, key }
}

const lasts = (certificate, days) =>
  Date.parse(new X509Certificate(certificate).validTo) > Date.now() + days * day

const isFor = (certificate, host) =>
  isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)

const isGood = (pair, root, hosts) => {
  if (!pair) return false
  const certificate = new X509Certificate(pair.certificate)
  const issuer = new X509Certificate(root.certificate)
  return (
    lasts(pair.certificate, renewDays) &&
    certificate.verify(issuer.publicKey) &&
    hosts.every((host) => isFor(certificate, host))
  )
}

/** Servers' certificates must not outlive the root. */
const ensureRoot = async (folder, force) => {
  const found = read(folder, 'ca')
  if (found && !force && lasts(found.certificate, serverDays)) return { root: found, isNew: false }
  const root = write(folder, 'ca', await issueAuthority('MicroMart development CA', rootDays))
  return { root, isNew: true }
}

/**
 * Makes the development CA and each server's certificate below `folder`, as far as they are not there or end soon. Keys are their
 * owner's alone.
 * @param force makes all of them anew
 * @param more hosts of the gateway
 * @param servers hosts by name; those of a local run without it
 * @returns `{ folder, ca, made, kept }`: the root's file, and names
 */
export const ensureCertificates = async (
  folder,
  { force = false, more = [], servers = development } = {},
) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { root, isNew } = await ensureRoot(folder, force)
  const missing = Object.entries(servers)
    .map(([name, hosts]) => ({ name, hosts: name === 'gateway' ? [...hosts, ...more] : hosts }))
    .filter(({ name, hosts }) => force || !isGood(read(folder, name), root, hosts))
  await Promise.all(
    missing.map(async ({ name, hosts }) =>
      write(folder, name, await issueServer(root, hosts, serverDays)),
    ),
  )
  const made = [...(isNew ? ['ca'] : []), ...missing.map(({ name }) => name)]
  const kept = ['ca', ...Object.keys(servers)].filter((name) => !made.includes(name))
  return { folder, ca: rootFile(folder), made, kept }
}

/**
 * Makes root and issuer of the sidecars' certificates, as sentry reads them: `ca.crt`, `issuer.crt`, `issuer.key`. Sentry would make
 * them, too, but looks at its folder and starts anew when it changes. Nobody keeps the root's key.
 * @returns whether they were made now
 */
export const ensureAuthority = async (folder, { force = false } = {}) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = read(folder, 'issuer')
  if (found && !force && existsSync(rootFile(folder)) && lasts(found.certificate, renewDays)) {
    return false
  }
  const root = await issueAuthority('MicroMart sidecars', rootDays, { below: 1 })
  const issuer = await issueAuthority('MicroMart sidecars issuer', rootDays, { root })
  replace(rootFile(folder), root.certificate, 0o644)
  write(folder, 'issuer', issuer)
  return true
}
