import { containers, nameOf, ofKind, workloads } from './objects.mjs'

const failing = (list, isBad, say = nameOf) => list.filter(isBad).map((each) => say(each))

const secretKind = /password|secret|token|key$/i

const openMetadata = ({ spec }) =>
  (spec.metadata ?? []).some(
    ({ name, value }) => secretKind.test(name) && value !== undefined && name !== 'secretsFile',
  )

const isOpen = ({ metadata, spec }) => {
  const { accessControl = {}, secrets = {}, api = {} } = spec
  const policies = accessControl.policies ?? []
  return (
    accessControl.defaultAction !== 'deny' ||
    (accessControl.policies && policies.length === 0) || // to Dapr an empty list is none
    policies.some(
      ({ defaultAction, namespace, trustDomain }) =>
        defaultAction !== 'deny' ||
        namespace !== metadata.namespace ||
        trustDomain !== accessControl.trustDomain,
    ) ||
    !(secrets.scopes ?? []).length ||
    secrets.scopes.some(({ defaultAccess }) => defaultAccess !== 'deny') ||
    !(api.allowed ?? []).length
  )
}

const pinned = /^[^\s@]+:[\w][\w.-]*@sha256:[0-9a-f]{64}$/
const atRelease = /^registry\.invalid\/micromart\/[a-z]+:filled-at-release$/
const ownCluster = /^localhost\/micromart\/[a-z]+:cluster$/

const isLoose =
  (place) =>
  ({ container }) =>
    !(
      pinned.test(container.image) || (place.isLocal ? ownCluster : atRelease).test(container.image)
    )

const roles = ['Role', 'ClusterRole']
const forbiddenVerbs = ['*', 'escalate', 'bind', 'impersonate']
const forbiddenResources = [
  '*',
  'secrets',
  'pods/exec',
  'pods/attach',
  'pods/ephemeralcontainers',
  'pods/portforward',
  'serviceaccounts/token',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'nodes',
]

/** Traefik lists the Secrets of the namespaces that it watches, whatever it needs. */
const knownReaders = ['micromart-traefik-watched']

const isPowerful = ({ metadata, rules = [] }) =>
  !knownReaders.includes(metadata.name) &&
  rules.some(
    ({ verbs = [], resources = [], apiGroups = [] }) =>
      verbs.some((each) => forbiddenVerbs.includes(each)) ||
      resources.some((each) => forbiddenResources.includes(each)) ||
      apiGroups.includes('*'),
  )

const deniesAll = ({ spec }) =>
  Object.keys(spec.podSelector).length === 0 &&
  ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type))

/** Namespaces in which pods start and traffic is not shut off first. */
const openNamespaces = (objects) => {
  const used = new Set(workloads(objects).map(({ object }) => object.metadata.namespace))
  const closed = new Set(
    ofKind(objects, 'NetworkPolicy')
      .filter(deniesAll)
      .map(({ metadata }) => metadata.namespace),
  )
  return [...used].filter((name) => !closed.has(name)).map((name) => `Namespace ${name}`)
}

/** What has no name that a rule could say: the world at the edge, and the API server for what watches it. */
const nameless = { ingress: ['edge'], egress: ['traefik'] }

/** Without peers a rule lets everybody through, and so does an empty one. */
const letsAnybody = (peers = []) =>
  peers.length === 0 || peers.some((peer) => Object.keys(peer).length === 0)

const isOpenTo = ({ metadata: { name }, spec }) =>
  (!nameless.ingress.includes(name) && spec.ingress?.some(({ from }) => letsAnybody(from))) ||
  (!nameless.egress.includes(name) && spec.egress?.some(({ to }) => letsAnybody(to)))

const restricted = 'pod-security.kubernetes.io/enforce'

const isPublic = ({ spec }) => ['NodePort', 'LoadBalancer'].includes(spec.type) || spec.externalIPs

const losesEvents = ({ spec, scopes }) => !spec.deadLetterTopic || !(scopes ?? []).length

/** They are created in the order in which they stand. */
const readByPods = ['Configuration', 'Component', 'Resiliency', 'NetworkPolicy']

const lateObjects = (objects) => {
  const firstPods = new Map()
  for (const [index, { kind, metadata }] of objects.entries()) {
    if (kind === 'Deployment' && !firstPods.has(metadata.namespace)) {
      firstPods.set(metadata.namespace, index)
    }
  }
  const isLate = ({ kind, metadata }, index) =>
    readByPods.includes(kind) && index > (firstPods.get(metadata.namespace) ?? Infinity)
  return objects.filter(isLate).map((object) => `${nameOf(object)} comes after pods`)
}

/** What must hold for who may do what: each rule answers the offending objects. */
export const accessRules = {
  'scopes every component': (objects) =>
    failing(ofKind(objects, 'Component'), ({ scopes }) => !(scopes ?? []).length),
  'writes no secret into a component': (objects) =>
    failing(ofKind(objects, 'Component'), openMetadata),
  'denies calls, secrets and the API of a sidecar by default': (objects) =>
    failing(ofKind(objects, 'Configuration'), isOpen),
  'keeps what nobody could handle': (objects) =>
    failing(ofKind(objects, 'Subscription'), losesEvents),
  'pins every image, or leaves it to the release': (objects, place) =>
    failing(
      containers(objects),
      isLoose(place),
      ({ name, container }) => `${name}: ${container.image}`,
    ),
  'gives roles no wildcards, secrets or shells': (objects) =>
    failing(ofKind(objects, ...roles), isPowerful),
  'shuts traffic off before it lets some through': (objects) => openNamespaces(objects),
  'names whom it lets through': (objects) => failing(ofKind(objects, 'NetworkPolicy'), isOpenTo),
  'restricts pods by namespace': (objects) =>
    failing(
      ofKind(objects, 'Namespace'),
      ({ metadata }) => metadata.labels?.[restricted] !== 'restricted',
    ),
  'starts pods when all that their sidecars read is there': (objects) => lateObjects(objects),
  'opens no port of a node': (objects) => failing(ofKind(objects, 'Service'), isPublic),
  'holds no Secret': (objects) => failing(ofKind(objects, 'Secret'), () => true),
  'lets an idle colour hear nothing': (objects, place) =>
    place.isColour ? failing(ofKind(objects, 'Subscription'), () => true) : [],
}
