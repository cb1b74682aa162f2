import { mkdirSync, writeFileSync } from 'node:fs'
import { findProgram } from '../machine/programs.mjs'
import { writePrivate } from '../shop/secrets.mjs'
import { configFile, keyFile } from './keys.mjs'
import { at, networks, node } from './layout.mjs'
import { controlGroup } from './control-groups.mjs'
import { imageOf } from './platform-images.mjs'
import { cniPlugins } from './requirements.mjs'

const socket = '/run/containerd/containerd.sock'

const containerdConfig = () => `version = 2
root = "${at('containerd')}"
state = "${at('containerd-state')}"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
address = "${socket}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${imageOf('pause')}"
netns_mounts_under_state_dir = true
# Without CAP_SYS_RESOURCE a container's score cannot be lowered, and runc would fail.
restrict_oom_score_adj = true
# Ports below 1024 need no right.
enable_unprivileged_ports = true
max_container_log_line_size = 65536

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cniPlugins}"
conf_dir = "${at('cni')}"
`

const cniConfig = () => ({
  cniVersion: '0.4.0',
  name: 'micromart',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: at('cni-addresses'),
        ranges: [[{ subnet: networks.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

const kubeletConfig = () => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: node.address,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: keyFile('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: keyFile('kubelet-server.crt'),
  tlsPrivateKeyFile: keyFile('kubelet-server.key'),
  cgroupDriver: 'cgroupfs',
  cgroupRoot: controlGroup,
  failCgroupV1: false,
  failSwapOn: false,
  localStorageCapacityIsolation: false,
  enforceNodeAllocatable: [],
  clusterDomain: networks.domain,
  clusterDNS: [networks.dns],
  resolvConf: at('resolv.conf'),
  containerRuntimeEndpoint: `unix://${socket}`,
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
  },
  imageGCHighThresholdPercent: 100, // what was loaded by hand cannot be pulled again
  serializeImagePulls: false,
  maxPods: 110,
  // Outside of the cluster's own limits, a node that shares two cores with builds answers late.
  nodeStatusUpdateFrequency: '20s',
  runtimeRequestTimeout: '5m',
})

const flags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`)

const kubelet = () =>
  flags({
    config: at('kubelet.json'),
    kubeconfig: configFile('kubelet'),
    'hostname-override': node.name,
    'node-ip': node.address,
    v: 1,
  })

// The limits of connections cannot be written where the kernel is another's.
const kubeProxy = () =>
  flags({
    kubeconfig: configFile('kube-proxy'),
    'proxy-mode': 'iptables',
    'hostname-override': node.name,
    'cluster-cidr': networks.pods,
    'conntrack-max-per-core': 0,
    'conntrack-min': 0,
    'conntrack-tcp-timeout-established': 0,
    'conntrack-tcp-timeout-close-wait': 0,
    'healthz-bind-address': '127.0.0.1:10256',
    v: 1,
  })

/** Enforces NetworkPolicies; routes and services are others' work. */
const kubeRouter = () =>
  flags({
    kubeconfig: configFile('kube-router'),
    'hostname-override': node.name,
    'run-firewall': true,
    'run-router': false,
    'run-service-proxy': false,
    'service-cluster-ip-range': networks.services,
    'iptables-sync-period': '1m',
    v: 1,
  })

/** Writes what the node's programs read. */
export const configureNode = () => {
  mkdirSync(at('cni'), { recursive: true })
  writeFileSync(at('containerd.toml'), containerdConfig())
  writeFileSync(at('resolv.conf'), '')
  writePrivate(at('cni', '10-micromart.conflist'), cniConfig())
  writePrivate(at('kubelet.json'), kubeletConfig())
}

export const containerd = () => ({
  name: 'containerd',
  file: findProgram('containerd'),
  args: ['--config', at('containerd.toml')],
})

/**
 * The programs of the node that wait for the control plane, in order: `{ name, file, args }`.
 * @param files of `ensurePrograms`
 */
export const nodeServers = (files) => [
  { name: 'kubelet', file: files.kubelet, args: kubelet() },
  { name: 'kube-proxy', file: files['kube-proxy'], args: kubeProxy() },
  { name: 'kube-router', file: files['kube-router'], args: kubeRouter() },
]
