import { describe, expect, it } from '@jest/globals'
import { judgeObjects, rules } from './policy.mjs'

const namespace = 'shop'

const deployment = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'order', namespace },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    template: {
      metadata: {
        annotations: {
          'dapr.io/enabled': 'true',
          'dapr.io/config': 'order',
          'dapr.io/api-token-secret': 'order-sidecar-token',
          'dapr.io/app-token-secret': 'order-app-token',
          'dapr.io/sidecar-cpu-limit': '1',
          'dapr.io/sidecar-memory-limit': '256Mi',
          'dapr.io/sidecar-seccomp-profile-type': 'RuntimeDefault',
          'dapr.io/disable-builtin-k8s-secret-store': 'true',
        },
      },
      spec: {
        serviceAccountName: 'order',
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'app',
            image: `shop.example/order:1.4.0@sha256:${'a'.repeat(64)}`,
            resources: { requests: { memory: '1Mi' }, limits: { cpu: '1', memory: '1Mi' } },
            livenessProbe: {},
            readinessProbe: {},
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    },
  },
})

const configuration = () => ({
  kind: 'Configuration',
  metadata: { name: 'order', namespace },
  spec: {
    accessControl: {
      defaultAction: 'deny',
      trustDomain: 'micromart',
      policies: [{ appId: 'gateway', namespace, trustDomain: 'micromart', defaultAction: 'deny' }],
    },
    secrets: { scopes: [{ storeName: 'secrets', defaultAccess: 'deny' }] },
    api: { allowed: [{ name: 'healthz' }] },
  },
})

const good = () => ({
  configuration: configuration(),
  component: {
    kind: 'Component',
    metadata: { name: 'state', namespace },
    scopes: ['cart'],
    spec: { metadata: [{ name: 'redisPassword', secretKeyRef: { name: 'redis-password' } }] },
  },
  subscription: {
    kind: 'Subscription',
    metadata: { name: 'order-paid', namespace },
    scopes: ['cart'],
    spec: { deadLetterTopic: 'dead.cart.v1' },
  },
  role: {
    kind: 'Role',
    metadata: { name: 'viewer', namespace },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  wall: {
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  },
  home: {
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  service: { kind: 'Service', metadata: { name: 'gateway', namespace }, spec: {} },
  monitor: {
    kind: 'PodMonitor',
    metadata: { name: 'apps', namespace },
    spec: {
      podMetricsEndpoints: [
        { port: 'http', relabelings: [{ targetLabel: 'job' }, { targetLabel: 'app' }] },
      ],
    },
  },
  deployment: deployment(),
})

const podOf = ({ deployment }) => deployment.spec.template.spec
const appOf = (objects) => podOf(objects).containers[0]
const annotationsOf = ({ deployment }) => deployment.spec.template.metadata.annotations

/** For each rule what breaks it: the fixture of a check that could not fail would prove nothing. */
const breaks = {
  'limits what a container takes': [
    (all) => delete appOf(all).resources.limits.cpu,
    (all) => delete appOf(all).resources,
  ],
  'asks whether a service lives and is ready': [(all) => delete appOf(all).readinessProbe],
  'keeps the root file system read-only': [
    (all) => (appOf(all).securityContext.readOnlyRootFilesystem = false),
  ],
  'gives no privilege': [
    (all) => (appOf(all).securityContext.privileged = true),
    (all) => delete appOf(all).securityContext.allowPrivilegeEscalation,
    (all) => (appOf(all).securityContext.capabilities = { drop: ['ALL'], add: ['NET_ADMIN'] }),
  ],
  'runs nothing as root': [
    (all) => (appOf(all).securityContext.runAsUser = 0),
    (all) => delete podOf(all).securityContext.runAsNonRoot,
  ],
  'restricts system calls': [(all) => delete podOf(all).securityContext.seccompProfile],
  'keeps pods apart from their node': [
    (all) => (podOf(all).hostNetwork = true),
    (all) => (podOf(all).volumes = [{ name: 'x', hostPath: { path: '/' } }]),
  ],
  'gives each a service account of its own': [(all) => delete podOf(all).serviceAccountName],
  'mounts no token of the API server': [(all) => delete podOf(all).automountServiceAccountToken],
  'never has fewer pods while it rolls out': [(all) => delete all.deployment.spec.strategy],
  'gives a sidecar tokens, limits, its Configuration and no more': [
    (all) => delete annotationsOf(all)['dapr.io/app-token-secret'],
    (all) => delete annotationsOf(all)['dapr.io/disable-builtin-k8s-secret-store'],
    (all) => (annotationsOf(all)['dapr.io/config'] = 'none'),
  ],
  'names scraped pods as the alerts do': [
    (all) => delete all.monitor.spec.podMetricsEndpoints[0].relabelings,
    (all) => all.monitor.spec.podMetricsEndpoints[0].relabelings.pop(),
  ],
  'scopes every component': [
    (all) => (all.component.scopes = []),
    (all) => delete all.component.scopes,
  ],
  'writes no secret into a component': [
    (all) => (all.component.spec.metadata = [{ name: 'redisPassword', value: 'guess' }]),
  ],
  'denies calls, secrets and the API of a sidecar by default': [
    (all) => (all.configuration.spec.accessControl.defaultAction = 'allow'),
    (all) => (all.configuration.spec.accessControl.policies = []),
    (all) => (all.configuration.spec.accessControl.policies[0].namespace = 'elsewhere'),
    (all) => (all.configuration.spec.accessControl.policies[0].defaultAction = 'allow'),
    (all) => delete all.configuration.spec.secrets,
    (all) => (all.configuration.spec.api.allowed = []),
  ],
  'keeps what nobody could handle': [(all) => delete all.subscription.spec.deadLetterTopic],
  'pins every image, or leaves it to the release': [
    (all) => (appOf(all).image = 'shop.example/order:1.4.0'),
    (all) => (appOf(all).image = 'shop.example/order:latest'),
    (all) => (appOf(all).image = 'localhost/micromart/order:cluster'),
  ],
  'gives roles no wildcards, secrets or shells': [
    (all) => (all.role.rules[0].verbs = ['*']),
    (all) => (all.role.rules[0].resources = ['secrets']),
    (all) => (all.role.rules[0].resources = ['pods/exec']),
    (all) => (all.role.rules[0].resources = ['pods/ephemeralcontainers']),
    (all) => (all.role.rules[0].resources = ['serviceaccounts/token']),
    (all) => (all.role.rules[0].resources = ['rolebindings']),
  ],
  'shuts traffic off before it lets some through': [
    (all) => (all.wall.spec.policyTypes = ['Ingress']),
    (all) => delete all.wall,
  ],
  'names whom it lets through': [
    (all) => (all.wall.spec.ingress = [{}]),
    (all) => (all.wall.spec.egress = [{ ports: [{ protocol: 'TCP', port: 443 }] }]),
    (all) => (all.wall.spec.egress = [{ to: [] }]),
    (all) => (all.wall.spec.ingress = [{ from: [{}] }]),
  ],
  'restricts pods by namespace': [(all) => (all.home.metadata.labels = {})],
  'starts pods when all that their sidecars read is there': [
    (all) => {
      const { configuration } = all
      delete all.configuration
      all.configuration = configuration
    },
  ],
  'opens no port of a node': [(all) => (all.service.spec.type = 'NodePort')],
  'holds no Secret': [(all) => (all.secret = { kind: 'Secret', metadata: { name: 'x' } })],
  'lets an idle colour hear nothing': [(all) => all],
}

const broken = (objects, place) =>
  judgeObjects(Object.values(objects), place)
    .filter(({ faults }) => faults.length > 0)
    .map(({ check }) => check)

const placeOf = (rule) => ({ isColour: rule === 'lets an idle colour hear nothing' })

describe('S70 the policy of what runs in a cluster', () => {
  it('has nothing to say of what is as it should be', () => {
    expect(broken(good(), {})).toEqual([])
  })

  it('has an example for each rule that breaks it', () => {
    expect(Object.keys(breaks)).toEqual(Object.keys(rules))
  })

  it.each(
    Object.entries(breaks).flatMap(([rule, changes]) =>
      changes.map((change, index) => [rule, index + 1, change]),
    ),
  )('%s: broken example %i is caught', (rule, _, change) => {
    const objects = good()
    change(objects)
    expect(broken(objects, placeOf(rule))).toEqual([rule])
  })

  it('takes the images of the cluster of one’s own there, and nowhere else', () => {
    const objects = good()
    appOf(objects).image = 'localhost/micromart/order:cluster'
    expect(broken(objects, { isLocal: true })).toEqual([])
    appOf(objects).image = 'registry.invalid/micromart/order:filled-at-release'
    expect(broken(objects, {})).toEqual([])
  })
})
