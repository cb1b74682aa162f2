import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { judgeDockerfile } from '../images/dockerfile-policy.mjs'
import { root } from '../machine/paths.mjs'
import { judged, unknown } from './outcome.mjs'

const filesIn = (folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(name) : [name]
  })

/** By the rules of `npm run verify:images`, which looks into the built images, too. */
const dockerfileFaults = (text) =>
  judgeDockerfile(text).flatMap(({ check, faults }) =>
    faults.map((fault) => `${fault}: breaks "${check}"`),
  )

/** What a workload of Kubernetes must say of its containers (restricted pod profile). */
const demands = [
  ['runAsNonRoot: true', /runAsNonRoot:\s*true/],
  ['allowPrivilegeEscalation: false', /allowPrivilegeEscalation:\s*false/],
  ['readOnlyRootFilesystem: true', /readOnlyRootFilesystem:\s*true/],
  ['drop all capabilities', /drop:\s*(?:\n\s*-\s*|\[\s*)['"]?ALL/],
  ['automountServiceAccountToken: false', /automountServiceAccountToken:\s*false/],
]

const forbidden = [
  ['privileged', /privileged:\s*true/],
  ['the host’s network', /hostNetwork:\s*true/],
  ['a path of the host', /hostPath:/],
]

/** @param text one document */
export const manifestFaults = (text) => {
  if (!/^kind:\s*(?:Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod)\s*$/m.test(text)) return []
  return [
    ...demands.filter(([, asked]) => !asked.test(text)).map(([what]) => `lacks ${what}`),
    ...forbidden.filter(([, sign]) => sign.test(text)).map(([what]) => `asks for ${what}`),
  ]
}

const faultsIn = (file) => {
  const text = readFileSync(path.join(root, file), 'utf8')
  if (/(?:^|\/)(?:Dockerfile[^/]*|[^/]*\.Dockerfile)$/.test(file)) return dockerfileFaults(text)
  if (/\.ya?ml$/.test(file)) return text.split(/^---\s*$/m).flatMap(manifestFaults)
  return []
}

/** Images and manifests under `deploy/`, as far as a text can tell. */
export const auditContainers = () => {
  if (!existsSync(path.join(root, 'deploy'))) return unknown('there is no deploy/ yet')
  const files = filesIn('deploy')
  const found = files.flatMap((file) => faultsIn(file).map((fault) => `${file}: ${fault}`))
  return judged(found, {
    clean: `${files.length} files under deploy/ hold to the rules`,
    found: 'rules that deploy/ breaks',
  })
}
