import { colourFolder, namespaceOf } from './colours.mjs'

const kind = 'subscriptions.dapr.io'

/** How many a colour has: none when it is idle, since it would take events from the live one. */
export const subscriptionsIn = async (cluster, colour) =>
  (await cluster.get([kind, '--namespace', namespaceOf(colour)])).items.length

/** Both colours are one consumer group, so for the moment in which both hear, each event still comes once. */
export const hear = async (cluster, colour) =>
  cluster.apply(await cluster.render(colourFolder(cluster, colour, 'subscriptions')))

export const hearNothing = (cluster, colour) =>
  cluster.ask(['delete', kind, '--all', '--namespace', namespaceOf(colour)])
