import { namespaceOf } from './colours.mjs'

const mine = ['--selector', 'app.kubernetes.io/part-of=micromart']

/** The apps of a colour, by their Deployments. */
export const deploymentsIn = async (cluster, colour) => {
  const found = await cluster.get(['deployments', '--namespace', namespaceOf(colour), ...mine])
  return found.items.map(({ metadata, spec, status = {} }) => ({
    name: metadata.name,
    wanted: spec.replicas ?? 1,
    ready: status.readyReplicas ?? 0,
    image: spec.template.spec.containers.find(({ name }) => name === 'app')?.image,
  }))
}

const isReady = ({ status }) =>
  status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')

const isCurrent = ({ metadata, status }) =>
  !metadata.deletionTimestamp && !['Failed', 'Succeeded'].includes(status.phase)

const containersOf = ({ spec }) => [...spec.containers, ...(spec.initContainers ?? [])]

const faultsOfPod = (pod, images) => {
  const { name } = pod.metadata
  const app = pod.metadata.labels['app.kubernetes.io/name']
  const all = containersOf(pod)
  const image = all.find((each) => each.name === 'app')?.image
  return [
    ...(all.some((each) => each.name === 'daprd') ? [] : [`${name} has no sidecar`]),
    ...(images && images[app] !== image ? [`${name} runs ${image}, not ${images[app]}`] : []),
    ...(isReady(pod) ? [] : [`${name} is not ready`]),
  ]
}

/**
 * What keeps a colour from serving: texts, none when nothing does. A pod without sidecar is well by all its probes and reaches nobody.
 * @param images by app, which are looked for; any by default
 */
export const faultsOfColour = async (cluster, colour, images) => {
  const apps = await deploymentsIn(cluster, colour)
  if (apps.length === 0) return [`${colour} runs nothing`]
  const absent = apps.filter(({ ready, wanted }) => wanted === 0 || ready < wanted)
  const pods = await cluster.get(['pods', '--namespace', namespaceOf(colour), ...mine])
  const current = pods.items.filter(isCurrent)
  return [
    ...absent.map(({ name, ready, wanted }) => `${name} has ${ready} of ${wanted} pods`),
    ...current.flatMap((pod) => faultsOfPod(pod, images)),
  ]
}

/** As many pods of an app as its disruption budget lets be away. */
const mayBeAway = 1

/** What keeps a colour that was whole from serving: one pod of an app that comes back is its Deployment's to mend. */
export const failingApps = async (cluster, colour) => {
  const apps = await deploymentsIn(cluster, colour)
  if (apps.length === 0) return [`${colour} runs nothing`]
  return apps
    .filter(({ ready, wanted }) => ready < Math.max(1, wanted - mayBeAway))
    .map(({ name, ready, wanted }) => `${name} has ${ready} of ${wanted} pods`)
}

/** Waits until every Deployment of a colour has all its pods. */
export const rolledOut = async (cluster, colour) => {
  for (const { name } of await deploymentsIn(cluster, colour)) {
    const where = ['--namespace', namespaceOf(colour), '--timeout=5m']
    await cluster.ask(['rollout', 'status', `deployment/${name}`, ...where], { timeoutMs: 330_000 })
  }
}

/** Asks for as many pods of a colour as another has, at least one of each, and never for fewer than it has. */
export const scaleLike = async (cluster, colour, model) => {
  const sizes = new Map(
    (await deploymentsIn(cluster, model)).map((each) => [each.name, each.wanted]),
  )
  const short = (await deploymentsIn(cluster, colour))
    .map(({ name, wanted }) => ({ name, wanted, size: Math.max(1, wanted, sizes.get(name) ?? 1) }))
    .filter(({ wanted, size }) => wanted < size)
  for (const { name, size } of short) {
    const where = ['--namespace', namespaceOf(colour)]
    await cluster.ask(['scale', `deployment/${name}`, `--replicas=${size}`, ...where])
  }
}

/** Ends all pods of a colour; an autoscaler leaves a Deployment of none alone. */
export const scaleToNone = (cluster, colour) =>
  cluster.ask(['scale', 'deployment', ...mine, '--replicas=0', '--namespace', namespaceOf(colour)])
