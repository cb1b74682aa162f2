import { containers, nameOf, ofKind, sidecarPods, workloads } from './objects.mjs'

const failing = (list, isBad, say) => list.filter(isBad).map(say)

const named = ({ name }) => name

/** Pods that ask the API server themselves. */
const askers = ['traefik']

const hostFields = ['hostNetwork', 'hostPID', 'hostIPC']

const isTied = ({ spec = {} }) =>
  hostFields.some((field) => spec[field]) || (spec.volumes ?? []).some((volume) => volume.hostPath)

const isPrivileged = ({ container: { securityContext: own = {} } }) =>
  own.privileged === true ||
  own.allowPrivilegeEscalation !== false ||
  (own.capabilities?.add ?? []).length > 0 ||
  !own.capabilities?.drop?.includes('ALL')

const runsAsRoot = ({
  container: { securityContext: own = {} },
  pod: { securityContext: all = {} },
}) => (own.runAsNonRoot ?? all.runAsNonRoot) !== true || (own.runAsUser ?? all.runAsUser) === 0

const lacksProbes = ({ container, isInit, isService }) =>
  isService && !isInit && !(container.livenessProbe && container.readinessProbe)

const lacksLimits = ({ container: { resources = {} } }) =>
  !resources.limits?.cpu || !resources.limits?.memory || !resources.requests?.memory

const sidecarNeeds = [
  'dapr.io/config',
  'dapr.io/api-token-secret',
  'dapr.io/app-token-secret',
  'dapr.io/sidecar-cpu-limit',
  'dapr.io/sidecar-memory-limit',
  'dapr.io/sidecar-seccomp-profile-type',
]

const sidecarFaults =
  (objects) =>
  ({ object, template }) => {
    const { annotations } = template.metadata
    const missing = sidecarNeeds.filter((name) => !annotations[name])
    const store = annotations['dapr.io/disable-builtin-k8s-secret-store'] === 'true'
    const known = ofKind(objects, 'Configuration').some(
      ({ metadata }) =>
        metadata.name === annotations['dapr.io/config'] &&
        metadata.namespace === object.metadata.namespace,
    )
    return [
      ...(missing.length > 0 ? [`${nameOf(object)} lacks ${missing.join(', ')}`] : []),
      ...(store ? [] : [`${nameOf(object)} has the secret store that reads all`]),
      ...(known ? [] : [`${nameOf(object)} names a Configuration that is not there`]),
    ]
  }

/** What must hold for all that runs: each rule answers the offending parts. */
/** Every rule of alerts reads `job` and `app`, which a PodMonitor would call otherwise. */
const lacksAlertLabels = ({ spec }) =>
  spec.podMetricsEndpoints.some(({ relabelings = [] }) => {
    const set = relabelings.map(({ targetLabel }) => targetLabel)
    return !set.includes('job') || !set.includes('app')
  })

export const podRules = {
  'limits what a container takes': (objects) => failing(containers(objects), lacksLimits, named),
  'asks whether a service lives and is ready': (objects) =>
    failing(containers(objects), lacksProbes, named),
  'keeps the root file system read-only': (objects) =>
    failing(
      containers(objects),
      ({ container }) => container.securityContext?.readOnlyRootFilesystem !== true,
      named,
    ),
  'gives no privilege': (objects) => failing(containers(objects), isPrivileged, named),
  'runs nothing as root': (objects) => failing(containers(objects), runsAsRoot, named),
  'restricts system calls': (objects) =>
    failing(
      workloads(objects),
      ({ template }) => template.spec?.securityContext?.seccompProfile?.type !== 'RuntimeDefault',
      ({ object }) => nameOf(object),
    ),
  'keeps pods apart from their node': (objects) =>
    failing(
      workloads(objects),
      ({ template }) => isTied(template),
      ({ object }) => nameOf(object),
    ),
  'gives each a service account of its own': (objects) =>
    failing(
      workloads(objects),
      ({ template }) => [undefined, 'default'].includes(template.spec?.serviceAccountName),
      ({ object }) => nameOf(object),
    ),
  'mounts no token of the API server': (objects) =>
    failing(
      workloads(objects),
      ({ object, template }) =>
        template.spec?.automountServiceAccountToken !== false &&
        !askers.includes(object.metadata.name),
      ({ object }) => nameOf(object),
    ),
  'never has fewer pods while it rolls out': (objects) =>
    failing(
      ofKind(objects, 'Deployment'),
      ({ spec }) =>
        spec.strategy?.type !== 'Recreate' && spec.strategy?.rollingUpdate?.maxUnavailable !== 0,
      nameOf,
    ),
  'gives a sidecar tokens, limits, its Configuration and no more': (objects) =>
    sidecarPods(objects).flatMap(sidecarFaults(objects)),
  'names scraped pods as the alerts do': (objects) =>
    failing(ofKind(objects, 'PodMonitor'), lacksAlertLabels, nameOf),
}
