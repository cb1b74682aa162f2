import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { partNames } from '../images/digests.mjs'
import { kubectl } from './kubectl.mjs'
import { personOf } from './people.mjs'

const edge = 'micromart-edge'
const spaces = ['micromart-blue', 'micromart-green']

/** What whoever administers a cluster has applied before the first deployment. */
const kindsBefore = ['Namespace', 'Role', 'RoleBinding', 'ResourceQuota', 'LimitRange', 'HTTPRoute']

const applyPlaces = async (rendered) => {
  const names = ['production-blue, idle', 'production-green, idle', 'edge', 'data-jobs']
  const objects = names.flatMap((name) => rendered[name])
  await kubectl.apply(objects.filter(({ kind }) => kind === 'Namespace'))
  await kubectl.apply(objects.filter(({ kind }) => kindsBefore.includes(kind)))
  const subscriptions = rendered['production-blue, live'].filter(
    ({ kind }) => kind === 'Subscription',
  )
  await kubectl.apply(subscriptions)
}

const container = (name) => ({
  name,
  image: 'nowhere.invalid/app:1',
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
})

/** Stands in for a shop: there is no node here, so its pods are told to be ready. */
const app = (namespace) => {
  const labels = { 'app.kubernetes.io/part-of': 'micromart', 'app.kubernetes.io/name': 'order' }
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'order', namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'order' } }, // as the shop's own, which comes over it
      template: {
        metadata: { labels },
        spec: { securityContext, containers: [container('app'), container('daprd')] },
      },
    },
  }
}

const within = async (ms, what, look) => {
  const until = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > until) throw new Error(`${what} did not come within ${ms / 1000} s`)
    await pause(250)
  }
}

const readyStatus = JSON.stringify({
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
})

const makeReady = async (namespace) => {
  const where = ['--namespace', namespace]
  const pods = await within(60_000, `pods of ${namespace}`, async () => {
    const { items } = await kubectl.get(['pods', ...where])
    return items.length === 2 && items
  })
  for (const { metadata } of pods) {
    const patch = ['--subresource=status', '--type=merge', '--patch', readyStatus]
    await kubectl.ask(['patch', 'pod', metadata.name, ...where, ...patch])
  }
  await within(60_000, `ready pods of ${namespace}`, async () => {
    const { status } = await kubectl.get(['deployment', 'order', ...where])
    return status.readyReplicas === 2
  })
}

/** What `deploy` writes when it is done. */
const nameCandidate = () =>
  kubectl.ask([
    'annotate',
    'httproute',
    'live',
    '--namespace',
    edge,
    'micromart.example/candidate=green',
  ])

/** `[blue, green]`: weights, and numbers of subscriptions. */
const standing = async () => {
  const { spec } = await kubectl.get(['httproute', 'live', '--namespace', edge])
  const heard = spaces.map(async (namespace) => {
    const { items } = await kubectl.get(['subscriptions.dapr.io', '--namespace', namespace])
    return items.length > 0
  })
  const weights = spec.rules[0].backendRefs.map(({ weight }) => weight)
  return JSON.stringify([weights, await Promise.all(heard)])
}

const blueIsLive = JSON.stringify([
  [100, 0],
  [true, false],
])
const greenIsLive = JSON.stringify([
  [0, 100],
  [false, true],
])

const verdict = (check, ...pairs) => ({
  check,
  faults: pairs
    .filter(([got, wanted]) => (wanted instanceof RegExp ? !wanted.test(got) : got !== wanted))
    .map(([got, wanted]) => `it was ${got}, not ${wanted}`),
})

const digestsIn = (folder) => {
  const file = path.join(folder, 'digests.json')
  const images = Object.fromEntries(partNames().map((name) => [name, `sha256:${'a'.repeat(64)}`]))
  writeFileSync(file, JSON.stringify({ registry: 'nowhere.invalid', images }))
  return file
}

/** On a route that has no marks yet. */
const stays = ({ code, said }, stands) =>
  verdict(
    'a rollback with nothing to go back to leaves the live colour',
    [code, 0],
    [said, /blue stays live/],
    [stands, blueIsLive],
  )

const prove = async function* (folder) {
  const deployer = await personOf(folder, ['deployers', 'migrators'])
  const onCall = await personOf(folder, ['on-call'])
  const viewer = await personOf(folder, ['viewers'])

  const status = await viewer('status')
  yield verdict('a viewer sees how it stands', [
    status.said,
    /blue: live, weight 100, \d+ subscriptions/,
  ])
  const refused = await viewer('promote', '--watch', '0')
  yield verdict(
    'a viewer promotes nothing',
    [refused.code, 1],
    [refused.said, /forbidden/],
    [await standing(), blueIsLive],
  )

  const asked = await deployer('deploy', '--dry-run', '--digests', digestsIn(folder))
  yield verdict(
    'deployers may apply all of a colour',
    [asked.code, 0],
    [asked.said, /no objection/],
  )

  yield stays(await onCall('rollback'), await standing())
  await nameCandidate()
  const both = await Promise.all([
    deployer('promote', '--watch', '1'),
    deployer('promote', '--watch', '1'),
  ])
  yield verdict(
    'of two that promote one is refused, and all of it is switched',
    [
      both
        .map(({ code }) => code)
        .toSorted()
        .join(),
      '0,1',
    ],
    [both.map(({ said }) => said).join(' | '), /nothing was changed/],
    [await standing(), greenIsLive],
  )

  await kubectl.ask([
    'create',
    'configmap',
    'mm-deploy-lock',
    '--namespace',
    edge,
    '--from-literal=holder=nobody',
  ])
  const back = await onCall('rollback', '--reason', 'proof')
  yield verdict(
    'on-call rolls back in less than 10 s, whoever holds the lock',
    [back.code, 0],
    [back.ms < 10_000, true],
    [await standing(), blueIsLive],
  )
  const locked = await deployer('promote', '--watch', '0')
  yield verdict('a lock is respected', [locked.code, 1], [locked.said, /nobody does/])
}

/**
 * Runs mm-deploy against an API server that runs, as the people of its roles; pods are said to be ready, there is no node.
 * @param file a kubectl
 * @param rendered objects by place
 */
export const proveSwitch = async (tell, { file, rendered }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-switch-'))
  try {
    symlinkSync(file, path.join(folder, 'kubectl'))
    await applyPlaces(rendered)
    await kubectl.apply(spaces.map(app))
    for (const namespace of spaces) await makeReady(namespace)
    for await (const each of prove(folder)) tell('mm-deploy', [each])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
