import { describe, expect, it } from '@jest/globals'
import { kubectl, namespaces } from '../support/cluster.ts'

const { shop, edge, data } = namespaces

const groups = ['deployers', 'on-call', 'viewers', 'migrators'] as const
type Group = (typeof groups)[number]

type Deed = readonly [verb: string, resource: string, namespace: string]

/** What is done in a cluster, and by whom: everybody else may not. */
const matrix: readonly (readonly [Deed, ...Group[]])[] = [
  [['get', 'pods', shop], 'deployers', 'on-call', 'viewers'],
  [['get', 'pods/log', shop], 'deployers', 'on-call', 'viewers'],
  [['list', 'deployments.apps', shop], 'deployers', 'on-call', 'viewers'],
  [['get', 'configurations.dapr.io', shop], 'deployers', 'on-call', 'viewers'],
  [['create', 'deployments.apps', shop], 'deployers'],
  [['delete', 'deployments.apps', shop], 'deployers'],
  [['patch', 'deployments.apps', shop], 'deployers', 'on-call'],
  [['patch', 'deployments.apps/scale', shop], 'deployers', 'on-call'],
  [['delete', 'pods', shop], 'on-call'],
  [['create', 'subscriptions.dapr.io', shop], 'deployers', 'on-call'],
  [['delete', 'subscriptions.dapr.io', shop], 'deployers', 'on-call'],
  [['patch', 'configurations.dapr.io', shop], 'deployers'],
  [['patch', 'httproutes.gateway.networking.k8s.io/live', edge], 'deployers', 'on-call'],
  [['get', 'httproutes.gateway.networking.k8s.io/live', edge], 'deployers', 'on-call', 'viewers'],
  [['patch', 'httproutes.gateway.networking.k8s.io/to-https', edge]],
  [['create', 'configmaps', edge], 'deployers', 'on-call'],
  [['delete', 'configmaps/mm-deploy-lock', edge], 'deployers', 'on-call'],
  [['delete', 'configmaps/other', edge]],
  [['create', 'jobs.batch', data], 'migrators'],
  [['get', 'jobs.batch', data], 'migrators', 'viewers', 'on-call'],
  [['create', 'jobs.batch', shop]],
  // Nobody's: whoever administers the cluster.
  [['get', 'secrets', shop]],
  [['list', 'secrets', data]],
  [['create', 'pods/exec', shop]],
  [['create', 'pods/attach', shop]],
  [['create', 'pods/portforward', shop]],
  [['create', 'pods/ephemeralcontainers', shop]],
  [['create', 'pods', shop]],
  [['create', 'rolebindings.rbac.authorization.k8s.io', shop]],
  [['patch', 'roles.rbac.authorization.k8s.io', shop]],
  [['create', 'serviceaccounts/token', shop]],
  [['delete', 'resourcequotas', shop]],
  [['delete', 'networkpolicies.networking.k8s.io', shop]],
  [['delete', 'namespaces', shop]],
  [['get', 'nodes', shop]],
  [['get', 'pods', namespaces.stores]],
  [['get', 'pods', 'dapr-system']],
  [['*', '*', shop]],
]

const mayDo = async (group: Group, [verb, resource, namespace]: Deed): Promise<boolean> => {
  const as = ['--as', 'somebody', '--as-group', `micromart:${group}`]
  const subresource = /^(pods|deployments\.apps|serviceaccounts)\/(.+)$/.exec(resource)
  const what = subresource ? [subresource[1]!, '--subresource', subresource[2]!] : [resource]
  const { text } = await kubectl('auth', 'can-i', verb, ...what, '--namespace', namespace, ...as)
  const answer = /^(yes|no)\b/m.exec(text)?.[1] // a warning may stand beside it
  if (!answer) throw new Error(text)
  return answer === 'yes'
}

describe('in the cluster', () => {
  it.each(groups)('%s may do what the table says, and nothing else of it', async (group) => {
    const may: Record<string, boolean> = {}
    for (const [deed] of matrix) may[deed.join(' ')] = await mayDo(group, deed)
    expect(may).toEqual(
      Object.fromEntries(matrix.map(([deed, ...by]) => [deed.join(' '), by.includes(group)])),
    )
  })
})
