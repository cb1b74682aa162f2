import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Fault } from '../terminal/fault.mjs'

/** The token of this very run, which the cluster's API server believes for as long as it lasts: minutes. */
const ownToken = async ({ ACTIONS_ID_TOKEN_REQUEST_URL: url, ...env }, audience) => {
  if (!url) {
    throw new Fault('This run has no token of its own', {
      advice:
        'Its job needs "id-token: write"; by hand leave KUBE_SERVER out and use your own kubeconfig.',
    })
  }
  const request = `${url}&audience=${encodeURIComponent(audience)}`
  const answer = await fetch(request, {
    headers: { authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    signal: AbortSignal.timeout(30_000),
  })
  if (!answer.ok) throw new Fault(`The host gave no token: ${answer.status}`)
  return (await answer.json()).value
}

const named = (field, value) => [{ name: 'shop', [field]: value }]

const configuration = ({ server, authority, token }) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'shop',
  contexts: named('context', { cluster: 'shop', user: 'shop' }),
  clusters: named('cluster', {
    server,
    'certificate-authority-data': Buffer.from(authority).toString('base64'),
  }),
  users: named('user', { token }),
})

/**
 * Runs work with a kubeconfig for the cluster that KUBE_SERVER names, and removes it. Without KUBE_SERVER the caller's own stands.
 * @param work is given what to add to the environment
 */
export const withCluster = async (env, work) => {
  const { KUBE_SERVER: server, KUBE_CA: authority } = env
  if (!server) return work({})
  if (!authority) {
    throw new Fault('KUBE_CA is not set', {
      advice: 'It is the certificate, as PEM, by which the cluster at KUBE_SERVER is known.',
    })
  }
  const token = await ownToken(env, server)
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-deploy-'))
  const file = path.join(folder, 'config')
  try {
    const text = JSON.stringify(configuration({ server, authority, token })) // JSON is YAML
    writeFileSync(file, text, { mode: 0o600 })
    return await work({ KUBECONFIG: file })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
