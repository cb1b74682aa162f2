import { crdProjects } from '../kubernetes/go-modules.mjs'
import { nameOf } from '../kubernetes/objects.mjs'
import { applyCustomResources } from './addons.mjs'
import { kubectl } from './kubectl.mjs'

/** What a failed apply says, a line for each object; a warning counts as a failure. */
const faultsIn = (message) =>
  message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.endsWith('(server dry run)'))

const dryRun = async (objects) => {
  try {
    await kubectl.apply(objects, ['--dry-run=server', '--validate=strict', '--warnings-as-errors'])
    return []
  } catch (error) {
    return faultsIn(error.message)
  }
}

const isNamespace = ({ kind }) => kind === 'Namespace'

const meta = (namespace) => ({ name: 'broken', namespace })

const deployment = (namespace, { label = 'b', ...pod }) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta(namespace),
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: label } },
      spec: { ...pod, containers: [{ name: 'app', image: 'x' }] },
    },
  },
})

/** Faults that no schema finds, and what the API server says of each. */
const broken = (namespace) => [
  {
    what: 'a selector that its own pods do not match',
    says: /does not match template/,
    object: deployment(namespace, { label: 'c' }),
  },
  {
    what: 'an object in a namespace that there is not',
    says: /namespaces "nowhere" not found/,
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('nowhere') },
  },
  {
    what: 'pods that the profile of their namespace forbids',
    says: /would violate PodSecurity "restricted/,
    object: deployment(namespace, { hostNetwork: true }),
  },
]

const proveBroken = (namespace) =>
  Promise.all(
    broken(namespace).map(async ({ what, says, object }) => {
      const said = (await dryRun([object])).join(' ')
      return {
        check: `the API server refuses ${what}`,
        faults: says.test(said) ? [] : [`it said "${said}"`],
      }
    }),
  )

/** Of each place what no place before it has: two states of a colour differ in little. */
const newIn = (rendered) => {
  const known = new Set()
  const isNew = (object) => known.size < known.add(JSON.stringify(object)).size
  return Object.entries(rendered)
    .map(([place, objects]) => [place, objects.filter(isNew)])
    .filter(([, objects]) => objects.length > 0)
}

/**
 * Asks an API server that runs what it thinks of all objects, with their admission, and changes nothing but namespaces and
 * custom resources.
 * @param rendered objects by place
 */
export const dryRunAll = async (tell, rendered) => {
  await applyCustomResources(crdProjects)
  const spaces = Object.values(rendered).flat().filter(isNamespace)
  const unique = [...new Map(spaces.map((each) => [nameOf(each), each])).values()]
  await kubectl.apply(unique)
  tell('the API server', await proveBroken(unique[0].metadata.name))
  await Promise.all(
    newIn(rendered).map(async ([place, objects]) => {
      tell(place, [{ check: 'is taken by the API server', faults: await dryRun(objects) }])
    }),
  )
}
