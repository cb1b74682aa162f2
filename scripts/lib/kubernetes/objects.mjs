/** How an object is called in a message: `Deployment micromart-local/order`. */
export const nameOf = ({ kind, metadata: { name, namespace } }) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`

export const ofKind = (objects, ...kinds) => objects.filter(({ kind }) => kinds.includes(kind))

const templates = {
  Deployment: ({ spec }) => spec.template,
  StatefulSet: ({ spec }) => spec.template,
  DaemonSet: ({ spec }) => spec.template,
  Job: ({ spec }) => spec.template,
  CronJob: ({ spec }) => spec.jobTemplate.spec.template,
}

/** Everything that starts pods: `[{ object, template, isService }]`, with `isService` for what does not end by itself. */
export const workloads = (objects) =>
  ofKind(objects, ...Object.keys(templates)).map((object) => ({
    object,
    template: templates[object.kind](object),
    isService: !['Job', 'CronJob'].includes(object.kind),
  }))

/** All containers, those that run before others included: `[{ name, container, pod, isInit, isService }]`. */
export const containers = (objects) =>
  workloads(objects).flatMap(({ object, template, isService }) => {
    const pod = template.spec ?? {}
    const entry = (isInit) => (container) => ({
      name: `${nameOf(object)}, container ${container.name}`,
      container,
      pod,
      isInit,
      isService,
    })
    return [
      ...(pod.initContainers ?? []).map(entry(true)),
      ...(pod.containers ?? []).map(entry(false)),
    ]
  })

/** The pods that a sidecar is put into. */
export const sidecarPods = (objects) =>
  workloads(objects).filter(
    ({ template }) => template.metadata?.annotations?.['dapr.io/enabled'] === 'true',
  )
