import { findProgram } from '../machine/programs.mjs'
import { at, networks, node } from './layout.mjs'
import { configFile, keyFile } from './keys.mjs'

const flags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`)

const issuer = `https://kubernetes.default.svc.${networks.domain}`

const etcd = () =>
  flags({
    'data-dir': at('etcd'),
    'listen-client-urls': 'http://127.0.0.1:2379',
    'advertise-client-urls': 'http://127.0.0.1:2379',
    'listen-peer-urls': 'http://127.0.0.1:2380',
    'log-level': 'warn',
    logger: 'zap',
  })

const apiServer = () =>
  flags({
    'advertise-address': node.address,
    'secure-port': 6443,
    'etcd-servers': 'http://127.0.0.1:2379',
    'service-cluster-ip-range': networks.services,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': true,
    'client-ca-file': keyFile('ca.crt'),
    'tls-cert-file': keyFile('kube-apiserver.crt'),
    'tls-private-key-file': keyFile('kube-apiserver.key'),
    'kubelet-certificate-authority': keyFile('ca.crt'),
    'kubelet-client-certificate': keyFile('kube-apiserver-kubelet.crt'),
    'kubelet-client-key': keyFile('kube-apiserver-kubelet.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': issuer,
    'service-account-key-file': keyFile('service-accounts.pub'),
    'service-account-signing-key-file': keyFile('service-accounts.key'),
    'anonymous-auth': true, // its own probes; RBAC gives strangers nothing else
    profiling: false,
    v: 1,
  })

// Alone, nobody has to be elected; a slow machine would lose its lease.
const alone = { 'leader-elect': false, profiling: false, v: 1 }

const controllerManager = () =>
  flags({
    ...alone,
    kubeconfig: configFile('kube-controller-manager'),
    'root-ca-file': keyFile('ca.crt'),
    'service-account-private-key-file': keyFile('service-accounts.key'),
    'cluster-signing-cert-file': keyFile('ca.crt'),
    'cluster-signing-key-file': keyFile('ca.key'),
    'use-service-account-credentials': true,
    'allocate-node-cidrs': true,
    'cluster-cidr': networks.pods,
    'node-cidr-mask-size': 24,
    'node-monitor-grace-period': '3m', // one node on a busy machine is slow, not gone
  })

const scheduler = () => flags({ ...alone, kubeconfig: configFile('kube-scheduler') })

/**
 * The programs of the control plane, in the order in which they start: `{ name, file, args }`.
 * @param files of `ensurePrograms`
 */
export const controlPlane = (files) => [
  { name: 'etcd', file: findProgram('etcd'), args: etcd() },
  { name: 'kube-apiserver', file: files['kube-apiserver'], args: apiServer() },
  {
    name: 'kube-controller-manager',
    file: files['kube-controller-manager'],
    args: controllerManager(),
  },
  { name: 'kube-scheduler', file: files['kube-scheduler'], args: scheduler() },
]
