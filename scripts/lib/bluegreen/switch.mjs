import os from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '../terminal/fault.mjs'
import {
  colours,
  marks,
  moveRoute,
  other,
  previewLeadsTo,
  readRoute,
  requireLive,
} from './colours.mjs'
import { withLock } from './lock.mjs'
import {
  deploymentsIn,
  failingApps,
  faultsOfColour,
  rolledOut,
  scaleLike,
  scaleToNone,
} from './pods.mjs'
import { faultsAt } from './smoke.mjs'
import { hear, hearNothing } from './subscriptions.mjs'

const noted = (what, reason) =>
  `${new Date().toISOString()} ${what} by ${os.userInfo().username}: ${reason}`

/** First the new one hears, then shoppers go there, then the old one falls silent: no event waits for nobody. */
const turnTo = async (cluster, route, { next, annotations }) => {
  await hear(cluster, next)
  await moveRoute(cluster, route, { next, annotations })
  await hearNothing(cluster, other(next))
  await previewLeadsTo(cluster, other(next))
}

const alertQuery = 'ALERTS{alertname="ErrorBudgetBurnsFast",alertstate="firing"}'

const burning = async (cluster, alerts) => {
  if (!alerts) return []
  const query = `${alerts}/api/v1/query?query=${encodeURIComponent(alertQuery)}`
  const { data } = JSON.parse(await cluster.ask(['get', '--raw', query, '--request-timeout=5s']))
  return data.result.map(({ metric }) => `the error budget of ${metric.slo ?? 'the shop'} burns`)
}

/** One bad look is an accident, three in a row are the release's. */
const patience = 3
const everyMs = 2000

/** @returns what was wrong at the last look of a row of bad ones; none when the time passed */
const watch = async ({ cluster, shopUrl, alerts, watchMs }, colour) => {
  const until = Date.now() + watchMs
  let bad = 0
  do {
    const looks = await Promise.all([
      failingApps(cluster, colour),
      shopUrl ? faultsAt(shopUrl) : [],
      burning(cluster, alerts),
    ])
    const faults = looks.flat()
    bad = faults.length > 0 ? bad + 1 : 0
    if (bad === patience) return faults
    await pause(Math.min(everyMs, Math.max(0, until - Date.now())))
  } while (Date.now() < until || bad > 0)
  return []
}

const requireServing = async (cluster, colour) => {
  const faults = await faultsOfColour(cluster, colour)
  if (faults.length === 0) return
  throw new Fault(`${colour} cannot be live: ${faults.join('; ')}; nothing was changed`)
}

/** What was broken off between two steps of a switch is finished: the weights say which way. */
const settle = async (cluster, live) => {
  await hear(cluster, live)
  await hearNothing(cluster, other(live))
}

const nothingToPromote = async ({ cluster, say }, live) => {
  await settle(cluster, live)
  say.line(`There is nothing to promote: ${live} is live, and it alone hears events.`)
}

const candidateOf = (route, live) => {
  const candidate = route.annotations[marks.candidate]
  return candidate === other(live) ? candidate : undefined
}

const goBack = async (context, from, faults) => {
  const { cluster, say } = context
  const route = await readRoute(cluster)
  if (route.live !== from) throw new Fault(`Somebody has taken ${from} back meanwhile`)
  const annotations = {
    [marks.previous]: undefined,
    [marks.switched]: noted(`back to ${other(from)}`, faults.join('; ')),
  }
  await turnTo(cluster, route, { next: other(from), annotations })
  say.line(`Back to ${other(from)} (${say.took()}).`)
  throw new Fault(`${from} was live and not well: ${faults.join('; ')}`, {
    advice: `${other(from)} is live again. "kubectl logs" in micromart-${from} tells more.`,
  })
}

/**
 * Makes the idle colour the live one and watches it.
 * @throws Fault when it was not well: the other is live again then
 */
export const promote = (context) => {
  const { cluster, reason, isDry, say } = context
  return withLock(cluster, 'promote', async () => {
    const route = await readRoute(cluster)
    const live = requireLive(route)
    const next = candidateOf(route, live)
    if (!next) return nothingToPromote(context, live)
    if (isDry) return say.line(`${next} would be live instead of ${live}.`)
    await scaleLike(cluster, next, live)
    await rolledOut(cluster, next)
    await requireServing(cluster, next)
    const annotations = {
      [marks.candidate]: undefined,
      [marks.previous]: live,
      [marks.switched]: noted(`${next} promoted`, reason),
    }
    await turnTo(cluster, route, { next, annotations })
    say.line(`${next} is live (${say.took()}).`)
    const faults = await watch(context, next)
    if (faults.length > 0) return goBack(context, next, faults)
    say.line(`It was well for ${context.watchMs / 1000} s. "mm-deploy retire" ends ${live}.`)
  })
}

/** The colour to go back to: the one that is written at the route; with no colour live, the one that is whole. */
const backTo = async (cluster, route) => {
  const previous = route.annotations[marks.previous]
  if (previous || route.live) return previous
  for (const colour of colours) {
    if ((await faultsOfColour(cluster, colour)).length === 0) return colour
  }
  throw new Fault('Neither colour is whole: there is nothing to go back to', {
    advice: '"mm-deploy status" says what each lacks.',
  })
}

/** A colour that was retired has to start; of one that runs nothing is waited for. */
const awaken = async (cluster, colour, model) => {
  const apps = await deploymentsIn(cluster, colour)
  await scaleLike(cluster, colour, model)
  if (apps.some(({ ready }) => ready === 0)) await rolledOut(cluster, colour)
}

/** Back, from wherever things are. It waits for no lock: whoever holds it finds the weights changed and is refused. */
export const rollback = async ({ cluster, reason, isDry, say }) => {
  const route = await readRoute(cluster)
  const next = await backTo(cluster, route)
  if (!next || next === route.live) {
    if (!isDry) await settle(cluster, route.live)
    return say.line(`${route.live} stays live: nothing was promoted since. It alone hears events.`)
  }
  if (isDry) return say.line(`${next} would be live again.`)
  await awaken(cluster, next, route.live ?? next)
  const annotations = {
    [marks.previous]: undefined,
    [marks.switched]: noted(`back to ${next}`, reason),
  }
  await turnTo(cluster, route, { next, annotations })
  say.line(`${next} is live again (${say.took()}).`)
}

/** Ends the pods of the idle colour. A rollback starts them again, which takes as long as they take to start. */
export const retire = ({ cluster, isDry, say }) =>
  withLock(cluster, 'retire', async () => {
    const idle = other(requireLive(await readRoute(cluster)))
    if (isDry) return say.line(`The pods of ${idle} would end.`)
    await hearNothing(cluster, idle)
    await scaleToNone(cluster, idle)
    say.line(`${idle} has no pods any more.`)
  })
