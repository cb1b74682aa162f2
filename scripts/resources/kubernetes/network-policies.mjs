/** Who may reach whom, from pkg/contracts/src/rights.ts: what no row names is refused. Needs Node 24. */
import { apps } from '@micromart/contracts'
import { calls } from '@micromart/contracts/rights'
import { label, ports, services } from './names.mjs'

const pods = (names) => ({
  podSelector: { matchExpressions: [{ key: label.app, operator: 'In', values: names }] },
})

const tcp = (port) => ({ protocol: 'TCP', port })

const callersOf = (app) => services.filter((caller) => calls[caller][app])
const calledBy = (app) => services.filter((callee) => calls[app][callee])

/** Ports of Dapr's pods, behind their services' 443. */
const controlPlane = [
  { app: 'dapr-sentry', port: 50001 },
  { app: 'dapr-operator', port: 6500 },
].map(({ app, port }) => ({
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'dapr-system' } },
      podSelector: { matchLabels: { app } },
    },
  ],
  ports: [tcp(port)],
}))

const names = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
}

const toSidecars = (app) => {
  const callees = calledBy(app)
  return callees.length > 0 ? [{ to: [pods(callees)], ports: [tcp(ports.sidecars)] }] : []
}

const fromSidecars = (app) => {
  const callers = callersOf(app)
  return callers.length > 0 ? [{ from: [pods(callers)], ports: [tcp(ports.sidecars)] }] : []
}

const fromEdge = {
  from: [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'micromart-edge' } } },
  ],
  ports: [tcp(ports.publicTls)],
}

/** What reaches an app's pods and what they reach. Stores, traces and monitoring are said by components of their own. */
export const networkPolicyOf = (app) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: app, labels: { [label.app]: app } },
  spec: {
    podSelector: { matchLabels: { [label.app]: app } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [...fromSidecars(app), ...(app === apps.gateway ? [fromEdge] : [])],
    egress: [names, ...controlPlane, ...toSidecars(app)],
  },
})
