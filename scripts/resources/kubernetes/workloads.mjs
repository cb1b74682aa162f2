/** ServiceAccount, Deployment, disruption budget and Service of an app. What all pods share is in components/pods. Needs Node 24. */
import { apps } from '@micromart/contracts'
import { label, places, ports, secretNames, usesMysql, usesRedis } from './names.mjs'

const isGateway = (app) => app === apps.gateway

const labels = (app) => ({ [label.app]: app })

const storeLabels = (app) => ({
  ...(usesMysql(app) ? { [label.mysql]: 'true' } : {}),
  ...(usesRedis(app) ? { [label.redis]: 'true' } : {}),
})

/** The gateway's port for its sidecar is the small HTTP one, never the public one. */
const channelOf = (app) => {
  const [port, protocol] = isGateway(app) ? [ports.http, 'http'] : [ports.rpc, 'grpc']
  const health = isGateway(app) ? {} : { 'dapr.io/enable-app-health-check': 'true' }
  return { 'dapr.io/app-port': String(port), 'dapr.io/app-protocol': protocol, ...health }
}

const annotations = (app) => {
  const { sidecarToken, appToken } = secretNames(app)
  return {
    'dapr.io/app-id': app,
    'dapr.io/config': app,
    ...channelOf(app),
    'dapr.io/api-token-secret': sidecarToken,
    'dapr.io/app-token-secret': appToken,
  }
}

const token = (name, secret) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key: 'token' } },
})

const value = (name, text) => ({ name, value: String(text) })

const tlsFiles = [
  value('TLS_CERT_FILE', `${places.certificate}/tls.crt`),
  value('TLS_KEY_FILE', `${places.certificate}/tls.key`),
]

const env = (app) => {
  const { sidecarToken, appToken } = secretNames(app)
  return [
    value('APP_ID', app),
    token('DAPR_API_TOKEN', sidecarToken),
    token('APP_API_TOKEN', appToken),
    ...(isGateway(app) ? tlsFiles : []),
  ]
}

const port = (name, containerPort) => ({ name, containerPort })

const container = (app) => ({
  name: 'app',
  image: `micromart/${app}`,
  env: env(app),
  ports: [
    ...(isGateway(app) ? [port('https', ports.publicTls), port('plain', ports.publicPlain)] : []),
    port('http', ports.http),
  ],
  ...(isGateway(app)
    ? { volumeMounts: [{ name: 'certificate', mountPath: places.certificate, readOnly: true }] }
    : {}),
})

const volumes = (app) => [
  { name: 'secrets', secret: { secretName: secretNames(app).file } },
  ...(isGateway(app) ? [{ name: 'certificate', secret: { secretName: 'gateway-tls' } }] : []),
]

const meta = (app) => ({ name: app, labels: labels(app) })

const deployment = (app) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta(app),
  spec: {
    selector: { matchLabels: labels(app) },
    template: {
      metadata: {
        labels: { ...labels(app), ...storeLabels(app) },
        annotations: annotations(app),
      },
      spec: { serviceAccountName: app, containers: [container(app)], volumes: volumes(app) },
    },
  },
})

const serviceAccount = (app) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: meta(app),
  automountServiceAccountToken: false,
})

/** A pod that is not well does not keep a node from being emptied. */
const disruptionBudget = (app) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: meta(app),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: labels(app) },
  },
})

/** The edge reaches the gateway; services reach each other by their sidecars alone. */
const service = (app) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(app),
  spec: {
    selector: labels(app),
    ports: [{ name: 'https', port: 443, targetPort: 'https', appProtocol: 'https' }],
  },
})

/** All objects of an app, in the order in which they are applied. */
export const workloadOf = (app) => [
  serviceAccount(app),
  deployment(app),
  disruptionBudget(app),
  ...(isGateway(app) ? [service(app)] : []),
]

/** Grows by processor use; by requests in flight where a site serves custom metrics (deploy/kubernetes/platform). */
export const autoscalerOf = (app) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: meta(app),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: app },
    minReplicas: 2,
    maxReplicas: isGateway(app) ? 10 : 6,
    metrics: [
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'app',
          target: { type: 'Utilization', averageUtilization: 60 },
        },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
  },
})
