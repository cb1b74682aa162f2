import { colours, marks, readRoute } from './colours.mjs'
import { lockHolder } from './lock.mjs'
import { deploymentsIn } from './pods.mjs'
import { subscriptionsIn } from './subscriptions.mjs'

const describe = async (cluster, colour, route) => {
  const apps = await deploymentsIn(cluster, colour)
  const heard = await subscriptionsIn(cluster, colour)
  const lines = apps.map(
    ({ name, ready, wanted, image }) => `    ${name.padEnd(10)} ${ready}/${wanted}  ${image}`,
  )
  const state = route.live === colour ? 'live' : 'idle'
  return [
    `${colour}: ${state}, weight ${route.weights[colour]}, ${heard} subscriptions`,
    ...(lines.length > 0 ? lines : ['    runs nothing']),
  ]
}

/** How it stands, as lines for a person. */
export const statusText = async (cluster) => {
  const route = await readRoute(cluster)
  const lock = await lockHolder(cluster)
  const described = await Promise.all(colours.map((each) => describe(cluster, each, route)))
  return [
    ...described.flat(),
    `to be promoted: ${route.annotations[marks.candidate] ?? 'nothing'}`,
    `to go back to: ${route.annotations[marks.previous] ?? 'nothing'}`,
    `last switch: ${route.annotations[marks.switched] ?? 'none'}`,
    `last retirement: ${route.annotations[marks.retired] ?? 'none'}`,
    `lock: ${lock ? `${lock.what} by ${lock.holder} since ${lock.since}` : 'free'}`,
  ].join('\n')
}
