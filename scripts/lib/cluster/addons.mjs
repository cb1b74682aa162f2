import { chownSync, mkdirSync } from 'node:fs'
import { crdTexts } from '../kubernetes/go-modules.mjs'
import { kubectl } from './kubectl.mjs'
import { at, networks, node } from './layout.mjs'
import { imageOf } from './platform-images.mjs'

const dnsNamespace = 'kube-system'
const dnsLabels = { 'k8s-app': 'kube-dns' }
const dnsMeta = { name: 'coredns', namespace: dnsNamespace }

const corefile = `.:53 {
  errors
  health {
    lameduck 5s
  }
  ready
  kubernetes ${networks.domain} in-addr.arpa {
    pods insecure
  }
  cache 10
  loop
  reload
}
`

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] }, // containerd lets it have port 53
}

const dnsPod = () => ({
  serviceAccountName: 'coredns',
  dnsPolicy: 'Default',
  containers: [
    {
      name: 'coredns',
      image: imageOf('coredns'),
      imagePullPolicy: 'Never',
      command: ['/coredns', '-conf', '/etc/coredns/Corefile'],
      securityContext: restricted,
      resources: { requests: { memory: '32Mi' }, limits: { memory: '170Mi' } },
      ports: [
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
        { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
      ],
      livenessProbe: {
        httpGet: { path: '/health', port: 8080 },
        periodSeconds: 15,
        timeoutSeconds: 15,
        failureThreshold: 20,
      },
      readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
      volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
    },
  ],
  volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
})

const names = () => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: dnsMeta },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'system:coredns' },
    rules: [
      {
        apiGroups: [''],
        resources: ['endpoints', 'services', 'pods', 'namespaces'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:coredns' },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'system:coredns',
    },
    subjects: [{ kind: 'ServiceAccount', ...dnsMeta }],
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: dnsMeta, data: { Corefile: corefile } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: dnsMeta,
    spec: {
      selector: { matchLabels: dnsLabels },
      template: { metadata: { labels: dnsLabels }, spec: dnsPod() },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: dnsNamespace, labels: dnsLabels },
    spec: {
      clusterIP: networks.dns,
      selector: dnsLabels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  },
]

/** The default class of volumes, and a folder for each of the stores: nobody makes volumes here on demand. */
const volumes = { mariadb: '2Gi', redis: '1Gi' }

const user = 65532

const volumeFolder = (name) => {
  const folder = at('volumes', name)
  mkdirSync(folder, { recursive: true })
  chownSync(folder, user, user)
  return folder
}

const storage = () => [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'local',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  ...Object.entries(volumes).map(([name, storage]) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: volumeFolder(name) },
      claimRef: { namespace: 'micromart-stores', name: `data-${name}-0` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/hostname', operator: 'In', values: [node.name] },
              ],
            },
          ],
        },
      },
    },
  })),
]

/** Makes an API server know the custom resources of projects, and waits until it does. */
export const applyCustomResources = async (projects) => {
  for (const project of projects) await kubectl.apply((await crdTexts(project)).join('\n---\n'))
  await kubectl.ask(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
}

/** Gives the own cluster what others have from their makers: names, volumes, the Gateway API's and Prometheus' custom resources. */
export const applyAddons = async () => {
  await kubectl.apply([...names(), ...storage()])
  await applyCustomResources(['gateway', 'prometheus']) // Dapr's chart brings its own
  const rollout = ['rollout', 'status', 'deployment/coredns', '--namespace', dnsNamespace]
  await kubectl.ask([...rollout, '--timeout=5m'], { timeoutMs: 330_000 })
}
