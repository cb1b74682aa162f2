import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { requireGo } from '../machine/go-programs.mjs'
import { Fault } from '../terminal/fault.mjs'

/**
 * Projects whose Go modules hold what the manifests are checked against, and what a cluster has to be told: charts, custom
 * resources, the API's own description. Verified by Go's checksum database.
 */
const modules = {
  dapr: ['github.com/dapr/dapr', 'v1.18.2'],
  kubernetes: ['k8s.io/kubernetes', 'v1.34.1'],
  gateway: ['sigs.k8s.io/gateway-api', 'v1.3.0'],
  prometheus: ['github.com/prometheus-operator/prometheus-operator', 'v0.88.0'],
}

/** The folder of a module, fetched when it is not in Go's cache. @throws Fault when it cannot be had */
const folderOf = async (name) => {
  const [module, version] = modules[name]
  const { file } = await requireGo(`What the manifests need of ${module}`)
  const args = ['mod', 'download', '-json', `${module}@${version}`]
  try {
    const { stdout } = await promisify(execFile)(file, args, { cwd: os.tmpdir() })
    return JSON.parse(stdout).Dir
  } catch (cause) {
    throw new Fault(`The Go module ${module} ${version} cannot be fetched`, {
      advice: 'Is there a network, and does GOPROXY lead to a module proxy?',
      cause,
    })
  }
}

/** Dapr's own Helm chart. */
export const daprChart = async () => path.join(await folderOf('dapr'), 'charts', 'dapr')

/** The description of Kubernetes' API, an OpenAPI 2 document. */
export const kubernetesApi = async () => {
  const file = path.join(await folderOf('kubernetes'), 'api', 'openapi-spec', 'swagger.json')
  return JSON.parse(readFileSync(file, 'utf8'))
}

const crdFolders = {
  dapr: ['charts', 'dapr', 'crds'],
  // BackendTLSPolicy is in this channel.
  gateway: ['config', 'crd', 'experimental'],
  prometheus: ['example', 'prometheus-operator-crd'],
}

const wanted = {
  dapr: () => true,
  gateway: (file) => !file.includes('.x-k8s.io_') && file !== 'kustomization.yaml',
  prometheus: (file) => /_(podmonitors|prometheusrules)\.yaml$/.test(file),
}

/** The custom resources of a project, as YAML texts. */
export const crdTexts = async (name) => {
  const folder = path.join(await folderOf(name), ...crdFolders[name])
  return readdirSync(folder)
    .filter(wanted[name])
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
}

/** The projects whose objects the manifests use beside Kubernetes' own. */
export const crdProjects = Object.keys(crdFolders)
