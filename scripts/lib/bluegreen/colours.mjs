import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'

export const colours = ['blue', 'green']
export const other = (colour) => (colour === 'blue' ? 'green' : 'blue')
export const namespaceOf = (colour) => `micromart-${colour}`
export const edge = 'micromart-edge'

/** Whose overlays can be told: production's, or those of its rehearsal in a cluster of one's own. */
export const places = ['production', 'rehearsal']

const overlays = path.join(root, 'deploy', 'kubernetes', 'overlays')

export const migrationsFolder = path.join(overlays, 'data-jobs')

/** @param part of a colour that is applied by itself, such as `subscriptions` */
export const colourFolder = ({ place }, colour, part = '') =>
  path.join(overlays, `${place}-${colour}`, part)

const prefix = 'micromart.example/'

/** What is written at the route: the colour that waits to be promoted, the one to go back to, the last switch and the last retirement. */
export const marks = {
  candidate: `${prefix}candidate`,
  previous: `${prefix}previous`,
  switched: `${prefix}switched`,
  retired: `${prefix}retired`,
}

const colourOf = (backend) => colours.find((colour) => namespaceOf(colour) === backend.namespace)

/**
 * Where shoppers go, by the route `live`: its weights are the only record.
 * @returns `{ live, weights, backends, annotations, found }`; `found` are the annotations to test for, `live` is undefined while both colours or none have weight
 * @throws Fault when it is no route between two colours
 */
export const readRoute = async (cluster) => {
  const route = await cluster.get(['httproute', 'live', '--namespace', edge])
  const backends = route.spec.rules?.[0]?.backendRefs?.map(colourOf) ?? []
  const found = route.spec.rules?.[0]?.backendRefs ?? []
  if (backends.toSorted().join() !== 'blue,green') {
    throw new Fault('The route live does not lead to micromart-blue and micromart-green', {
      advice: 'Apply deploy/kubernetes/overlays/edge first, once.',
    })
  }
  const weights = Object.fromEntries(
    found.map(({ weight = 1 }, index) => [backends[index], weight]),
  )
  const heavy = colours.filter((colour) => weights[colour] > 0)
  return {
    live: heavy.length === 1 ? heavy[0] : undefined,
    weights,
    backends,
    annotations: route.metadata.annotations ?? {},
    found: route.metadata.annotations ?? null,
  }
}

/** @throws Fault when no colour is the live one */
export const requireLive = (route) => {
  if (route.live) return route.live
  const { blue, green } = route.weights
  throw new Fault(`No colour is live: the weights are blue ${blue}, green ${green}`, {
    advice: '"mm-deploy rollback" puts the previous one in place.',
  })
}

const weightPath = (index) => `/spec/rules/0/backendRefs/${index}/weight`

const without = (annotations) =>
  Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== undefined))

/**
 * Changes the route from what was read of it; weights or marks that somebody else has changed meanwhile refuse it.
 * @param next the colour that shall be live, the present one when left out
 * @param annotations added; those that are undefined go
 * @throws Fault with `isOvertaken` when somebody was faster
 */
export const moveRoute = async (cluster, route, { next, annotations }) => {
  const target = (colour) => (colour === next ? 100 : 0)
  const patch = [
    ...route.backends.map((colour, index) => ({
      op: 'test',
      path: weightPath(index),
      value: route.weights[colour],
    })),
    { op: 'test', path: '/metadata/annotations', value: route.found },
    ...(next
      ? route.backends.map((colour, index) => ({
          op: 'replace',
          path: weightPath(index),
          value: target(colour),
        }))
      : []),
    {
      op: 'add',
      path: '/metadata/annotations',
      value: without({ ...route.annotations, ...annotations }),
    },
  ]
  const where = ['httproute', 'live', '--namespace', edge, '--request-timeout=15s']
  try {
    await cluster.ask(['patch', ...where, '--type=json', '--patch', JSON.stringify(patch)])
  } catch (cause) {
    if (!/test(ing)? .*failed|the server rejected our request/i.test(cause.message)) throw cause
    const fault = new Fault('Somebody else has changed the route meanwhile: nothing was switched', {
      advice: '"mm-deploy status" says how it stands.',
      cause,
    })
    throw Object.assign(fault, { isOvertaken: true })
  }
}

/** @returns the colour that the preview address shows, undefined when it is none */
export const previewColour = async (cluster) => {
  const { spec } = await cluster.get(['httproute', 'preview', '--namespace', edge])
  return colourOf(spec.rules?.[0]?.backendRefs?.[0] ?? {})
}

/** The preview address leads to the idle colour. */
export const previewLeadsTo = (cluster, colour) => {
  const value = namespaceOf(colour)
  const patch = [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/namespace', value }]
  const where = ['httproute', 'preview', '--namespace', edge, '--request-timeout=15s']
  return cluster.ask(['patch', ...where, '--type=json', '--patch', JSON.stringify(patch)])
}
