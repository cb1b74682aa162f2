import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { shop } from './shop.ts'

if (!shop.cluster) throw new Error('this shop runs in no cluster: run `npm run cluster -- test`')

const { kubectl: command, namespaces } = shop.cluster
const [program, ...where] = command

export { namespaces }

/** What kubectl answers, and how it ended. */
export const kubectl = async (...args: readonly string[]) => {
  try {
    const { stdout } = await promisify(execFile)(program, [...where, ...args], { timeout: 60_000 })
    return { code: 0, text: stdout.trim() }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: `${stdout}${stderr}`.trim() }
  }
}

/** Runs a text of JavaScript in a pod; what it prints. */
export const runIn = async (namespace: string, target: string, script: string): Promise<string> => {
  const node = ['--container', 'app', '--', '/nodejs/bin/node', '--eval', script]
  const { code, text } = await kubectl('exec', '--namespace', namespace, target, ...node)
  if (code !== 0) throw new Error(`${target}: ${text}`)
  return text
}

type Pod = {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: { readonly podIP: string }
}

/** The address of a pod by its app's name. */
export const addressOf = async (namespace: string, app: string): Promise<string> => {
  const label = `app.kubernetes.io/name=${app}`
  const args = ['get', 'pods', '--namespace', namespace, '--selector', label, '-o', 'json']
  const { items } = JSON.parse((await kubectl(...args)).text) as { items: readonly Pod[] }
  const pod = items.find(({ metadata }) => metadata.deletionTimestamp === undefined)
  if (!pod) throw new Error(`no pod of ${app} in ${namespace}`)
  return pod.status.podIP
}
