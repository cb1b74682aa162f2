/** X.509 certificates of a development CA, by node-forge. There only after `npm ci`. */
import { generateKeyPair as generate, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'

const generateKeyPair = promisify(generate)
const day = 86_400_000

const load = async () => (await import('node-forge')).default

/** Made by Node: forge's own way of making keys takes seconds. */
const newKeys = async ({ pki }) => {
  const { publicKey, privateKey } = await generateKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: pki.publicKeyFromPem(publicKey), key: privateKey }
}

const serialNumber = () => {
  const bytes = randomBytes(16)
  bytes[0] &= 0x7f // positive, as RFC 5280 4.1.2.2 asks
  return bytes.toString('hex')
}

const begin = ({ pki }, publicKey, name, days) => {
  const certificate = pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.serialNumber = serialNumber()
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000) // clocks differ
  certificate.validity.notAfter = new Date(Date.now() + days * day)
  certificate.setSubject([{ name: 'commonName', value: name }])
  return certificate
}

const finish = ({ pki, md }, certificate, signingKey) => {
  certificate.sign(pki.privateKeyFromPem(signingKey), md.sha256.create())
  return pki.certificateToPem(certificate).replaceAll('\r', '')
}

const keyIdentifierOf = (issuer) => ({
  name: 'authorityKeyIdentifier',
  keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes(),
})

/**
 * A new authority.
 * @param below how many further authorities may stand between it and a server
 * @param root PEM texts of who issues it; without one it is a root itself
 * @returns PEM texts `{ certificate, key }`
 */
export const issueAuthority = async (name, days, { below = 0, root } = {}) => {
  const forge = await load()
  const { publicKey, key } = await newKeys(forge)
  const certificate = begin(forge, publicKey, name, days)
  const issuer = root ? forge.pki.certificateFromPem(root.certificate) : certificate
  certificate.setIssuer(issuer.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: below, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ...(root ? [keyIdentifierOf(issuer)] : []),
    { name: 'subjectKeyIdentifier' },
  ])
  return { certificate: finish(forge, certificate, root?.key ?? key), key }
}

const alternativeName = (host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })

/**
 * A server's certificate.
 * @param root PEM texts of the issuer
 * @param hosts names and addresses that it answers to; the first is its common name
 * @returns PEM texts `{ certificate, key }`
 */
export const issueServer = async (root, hosts, days) => {
  const forge = await load()
  const { publicKey, key } = await newKeys(forge)
  const issuer = forge.pki.certificateFromPem(root.certificate)
  const certificate = begin(forge, publicKey, hosts[0], days)
  certificate.setIssuer(issuer.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: hosts.map(alternativeName) },
    keyIdentifierOf(issuer),
    { name: 'subjectKeyIdentifier' },
  ])
  return { certificate: finish(forge, certificate, root.key), key }
}

/**
 * A client's certificate, by which a server knows who asks.
 * @param root PEM texts of the issuer
 * @param person `{ name, group }`: common name and organization, which Kubernetes reads as user and group
 * @returns PEM texts `{ certificate, key }`
 */
export const issueClient = async (root, { name, group }, days) => {
  const forge = await load()
  const { publicKey, key } = await newKeys(forge)
  const issuer = forge.pki.certificateFromPem(root.certificate)
  const certificate = begin(forge, publicKey, name, days)
  const organization = group ? [{ name: 'organizationName', value: group }] : []
  certificate.setSubject([...organization, { name: 'commonName', value: name }])
  certificate.setIssuer(issuer.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true },
    keyIdentifierOf(issuer),
  ])
  return { certificate: finish(forge, certificate, root.key), key }
}
