import { existsSync } from 'node:fs'
import path from 'node:path'
import { cachedGoProgram, ensureGoProgram } from '../machine/go-programs.mjs'

const kubernetes = '1.34.1'

const program = ({ folder, version, ...facts }) => ({
  ...facts,
  folder,
  version,
  title: `${facts.name} ${version}`,
  cached: () =>
    cachedGoProgram({ name: facts.name, folder }, `${path.basename(folder)}-${version}`),
})

/** Kubernetes says its version to all that ask; unset it would be v0.0.0. */
const said = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .map(
    (name) => `-X ${name}.gitVersion=v${kubernetes} -X ${name}.gitMajor=1 -X ${name}.gitMinor=34`,
  )
  .join(' ')

const ofKubernetes = (name, packages, usually) =>
  program({
    name,
    folder: 'scripts/kubernetes/kubernetes',
    version: kubernetes,
    buildArgs: ['-ldflags', `-s -w ${said}`, `k8s.io/kubernetes/cmd/${name}`],
    packages,
    usually: `${usually} on two cores, once`,
  })

export const kubectl = ofKubernetes('kubectl', 1000, '2 to 4 minutes')

/** Installs Dapr by its chart. Of the versions that Dapr's CLI has, so that most of it is built already. */
export const helm = program({
  name: 'helm',
  folder: 'scripts/kubernetes/helm',
  version: '3.17.4',
  buildArgs: [
    '-ldflags',
    '-s -w -X helm.sh/helm/v3/internal/version.version=v3.17.4',
    'helm.sh/helm/v3/cmd/helm',
  ],
  packages: 900,
  usually: '1 to 3 minutes on two cores, once',
})

const own = (name, version, target, packages, usually) =>
  program({
    name,
    folder: `scripts/kubernetes/${name}`,
    version,
    buildArgs: ['-ldflags', '-s -w', target],
    packages,
    usually: `${usually} on two cores, once`,
  })

/** The control plane, and what asks it. */
export const controlPrograms = [
  kubectl,
  ofKubernetes('kube-apiserver', 1700, '3 to 5 minutes'),
  ofKubernetes('kube-controller-manager', 1900, '1 to 2 minutes'),
  ofKubernetes('kube-scheduler', 1600, '1 minute'),
]

/** What the control plane and the node are made of. */
export const nodePrograms = [
  ...controlPrograms,
  ofKubernetes('kubelet', 1700, '1 to 2 minutes'),
  ofKubernetes('kube-proxy', 1100, '1 minute'),
  // kube-proxy enforces no NetworkPolicy.
  own(
    'kube-router',
    '2.1.0',
    'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
    1000,
    '2 to 3 minutes',
  ),
]

/** What becomes an image. */
export const addonPrograms = [
  own('coredns', '1.12.4', 'github.com/coredns/coredns', 1500, '3 to 4 minutes'),
  own('traefik', '3.5.3', 'github.com/traefik/traefik/v3/cmd/traefik', 2200, '4 to 6 minutes'),
  own('pause', '1.0.0', '.', 60, '10 seconds'),
]

/** Programs that a cluster elsewhere needs, too. */
export const clientPrograms = [kubectl, helm]

/** The programs that are not in the cache. */
export const missingPrograms = (programs) => programs.filter(({ cached }) => !existsSync(cached()))

/**
 * Builds what is not in the cache, one after the other: each build uses all cores.
 * @returns files by name
 */
export const ensurePrograms = async (programs, say, logDir) => {
  const files = {}
  for (const one of programs) {
    files[one.name] = await ensureGoProgram(one, one.cached(), { say, logDir })
  }
  return files
}
