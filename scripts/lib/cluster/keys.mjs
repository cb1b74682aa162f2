import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { issueAuthority, issueClient, issueServer } from '../certificates/issue.mjs'
import { writePrivate } from '../shop/secrets.mjs'
import { at, kubeconfig, networks, node, ownContext } from './layout.mjs'

const days = 90

/** Who asks the API server, and as what: common name and organization of the certificate. */
const people = {
  admin: { name: 'micromart-admin', group: 'system:masters' },
  'kube-apiserver-kubelet': { name: 'kube-apiserver-kubelet', group: 'system:masters' },
  'kube-controller-manager': { name: 'system:kube-controller-manager' },
  'kube-scheduler': { name: 'system:kube-scheduler' },
  'kube-proxy': { name: 'system:kube-proxy' },
  'kube-router': { name: 'system:kube-router' },
  kubelet: { name: `system:node:${node.name}`, group: 'system:nodes' },
}

const apiHosts = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  `kubernetes.default.svc.${networks.domain}`,
  'localhost',
  node.name,
  '127.0.0.1',
  networks.apiServer,
  node.address,
]

const write = (name, text) => {
  writeFileSync(at('keys', name), text, { mode: 0o600 })
  chmodSync(at('keys', name), 0o600)
}

const writePair = (name, { certificate, key }) => {
  write(`${name}.crt`, certificate)
  write(`${name}.key`, key)
}

const base64 = (text) => Buffer.from(text).toString('base64')

/** A kubeconfig; JSON is YAML. */
const configOf = ({ root, pair, server, name = ownContext }) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(root.certificate) } }],
  users: [
    {
      name,
      user: {
        'client-certificate-data': base64(pair.certificate),
        'client-key-data': base64(pair.key),
      },
    },
  ],
  contexts: [{ name, context: { cluster: name, user: name } }],
  'current-context': name,
})

/** The kubeconfig by which a part of the cluster finds the API server. */
export const configFile = (name) => at('keys', `${name}.kubeconfig`)

const issuePeople = async (root, door) => {
  for (const [name, person] of Object.entries(people)) {
    const pair = await issueClient(root, person, days)
    writePair(name, pair)
    writePrivate(configFile(name), configOf({ root, pair, server: 'https://127.0.0.1:6443' }))
    if (name === 'admin') {
      writePrivate(kubeconfig, configOf({ root, pair, server: `https://127.0.0.1:${door}` }))
    }
  }
}

const issueServiceAccountKeys = () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  write('service-accounts.pub', publicKey)
  write('service-accounts.key', privateKey)
}

/**
 * Makes everything by which the parts of a new cluster know each other, for the life of that cluster.
 * @param door the port of this machine that leads to the API server
 */
export const makeKeys = async (door) => {
  mkdirSync(path.join(at('keys')), { recursive: true, mode: 0o700 })
  const root = await issueAuthority('MicroMart cluster', days)
  writePair('ca', root)
  writePair('kube-apiserver', await issueServer(root, apiHosts, days))
  writePair('kubelet-server', await issueServer(root, [node.name, node.address, '127.0.0.1'], days))
  issueServiceAccountKeys()
  await issuePeople(root, door)
}

export const keyFile = (name) => at('keys', name)
