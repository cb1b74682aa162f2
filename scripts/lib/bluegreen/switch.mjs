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
import { faultsAt, requireAddress } from './smoke.mjs'
import { hear, hearNothing, subscriptionsIn } from './subscriptions.mjs'

const noted = (what, reason) =>
  `${new Date().toISOString()} ${what} by ${os.userInfo().username}: ${reason}`

/** What was broken off between two steps of a switch is finished: the weights say which way. */
const settle = async (cluster, live) => {
  await hear(cluster, live)
  await hearNothing(cluster, other(live))
  await previewLeadsTo(cluster, other(live))
}

const runsNothing = (colour) =>
  new Fault(`There is nothing to go back to: ${colour} runs nothing; nothing was switched`, {
    advice: '"mm-deploy deploy" brings a release into the idle colour.',
  })

/** A colour that was retired has to start. @throws Fault when it has nothing to start */
const awaken = async (cluster, colour, model) => {
  const apps = await deploymentsIn(cluster, colour)
  if (apps.length === 0) throw runsNothing(colour)
  await scaleLike(cluster, colour, model)
  if (apps.some(({ ready }) => ready === 0)) await rolledOut(cluster, colour)
}

/** A rollback waits for nobody, so what others do at the same time may have taken events or pods from the live colour. */
const keepWhole = async (cluster, live) => {
  if ((await readRoute(cluster)).live !== live) return
  if ((await subscriptionsIn(cluster, live)) === 0) await hear(cluster, live)
  const apps = await deploymentsIn(cluster, live)
  if (apps.some(({ wanted }) => wanted === 0)) await awaken(cluster, live, live)
}

/** Who was overtaken takes back what it prepared. */
const settleAsItStands = async (cluster) => {
  const { live } = await readRoute(cluster)
  if (live) await settle(cluster, live)
}

/** First the new one hears, then shoppers go there, then the old one falls silent: no event waits for nobody. */
const turnTo = async (cluster, route, { next, annotations }) => {
  await hear(cluster, next)
  try {
    await moveRoute(cluster, route, { next, annotations })
  } catch (fault) {
    if (fault.isOvertaken) await settleAsItStands(cluster)
    throw fault
  }
  await hearNothing(cluster, other(next))
  await previewLeadsTo(cluster, other(next))
  await keepWhole(cluster, next)
}

/** `Watchdog` always fires: without it silence says nothing. */
const alertQuery = 'ALERTS{alertname=~"ErrorBudgetBurnsFast|Watchdog",alertstate="firing"}'

const burning = async (cluster, alerts) => {
  if (!alerts) return []
  const query = `${alerts}/api/v1/query?query=${encodeURIComponent(alertQuery)}`
  const answer = await cluster.ask(['get', '--raw', query, '--request-timeout=5s'])
  const { result } = JSON.parse(answer).data ?? {}
  if (!Array.isArray(result)) throw new Error('the answer has no result')
  const isWatchdog = ({ metric }) => metric.alertname === 'Watchdog'
  if (!result.some(isWatchdog)) throw new Error('no rule is evaluated there: Watchdog is silent')
  const burns = result.filter((each) => !isWatchdog(each))
  return burns.map(({ metric }) => `the error budget of ${metric.slo ?? 'the shop'} burns`)
}

/** One bad look is an accident, three in a row are the release's. */
const patience = 3
const everyMs = 2000

/** A question that fails is a bad look, and ends no watch. */
const looked = async (say, what, look) => {
  try {
    return await look()
  } catch (error) {
    const fault = `${what} could not be asked: ${error.message}`
    say.line(fault)
    return [fault]
  }
}

/** @returns what was wrong at the last look of a row of bad ones; none when the time passed */
const watch = async ({ cluster, shopUrl, alerts, watchMs, say }, colour) => {
  const until = Date.now() + watchMs
  let bad = 0
  do {
    const looks = await Promise.all([
      looked(say, `The pods of ${colour}`, () => failingApps(cluster, colour)),
      shopUrl ? faultsAt(shopUrl) : [],
      looked(say, 'Prometheus', () => burning(cluster, alerts)),
    ])
    const faults = looks.flat()
    bad = faults.length > 0 ? bad + 1 : 0
    if (bad === patience) return faults
    await pause(Math.min(everyMs, Math.max(0, until - Date.now())))
  } while (Date.now() < until || bad > 0)
  return []
}

const isRunning = async (cluster, colour) =>
  (await deploymentsIn(cluster, colour)).some(({ ready }) => ready > 0)

/** What the new colour will be judged by is tried on the live one: a wrong address would take shoppers there and back. */
const requireEyes = async ({ cluster, shopUrl, alerts, say }, live) => {
  const advice = 'Mend it, or leave it out: what is left out is not watched.'
  const blind = (what) => new Fault(`${what}; nothing was changed`, { advice })
  await burning(cluster, alerts).catch((error) => {
    throw blind(`Prometheus cannot be asked at ${alerts}: ${error.message}`)
  })
  if (!shopUrl) {
    return say.line(
      `SHOP_URL is not set: ${alerts ? 'pods and budgets' : 'pods'} alone are watched.`,
    )
  }
  requireAddress('SHOP_URL', shopUrl)
  const faults = (await isRunning(cluster, live)) ? await faultsAt(shopUrl) : []
  if (faults.length > 0) throw blind(`SHOP_URL shows ${live} not well: ${faults.join('; ')}`)
}

const requireServing = async (cluster, colour) => {
  const faults = await faultsOfColour(cluster, colour)
  if (faults.length === 0) return
  throw new Fault(`${colour} cannot be live: ${faults.join('; ')}; nothing was changed`)
}

const nothingToPromote = async ({ cluster, isDry, say }, live) => {
  if (isDry) return say.line(`There is nothing to promote: ${live} would stay live.`)
  await settle(cluster, live)
  say.line(`There is nothing to promote: ${live} is live, and it alone hears events.`)
}

const candidateOf = (route, live) => {
  const candidate = route.annotations[marks.candidate]
  return candidate === other(live) ? candidate : undefined
}

const wayBack = async ({ cluster }, from, faults) => {
  const back = other(from)
  const route = await readRoute(cluster)
  if (route.live !== from) throw new Fault(`Somebody has taken ${from} back meanwhile`)
  await awaken(cluster, back, from)
  const annotations = {
    [marks.previous]: undefined,
    [marks.switched]: noted(`back to ${back}`, faults.join('; ')),
  }
  await turnTo(cluster, route, { next: back, annotations })
}

const goBack = async (context, from, faults) => {
  const ill = `${from} was live and not well: ${faults.join('; ')}`
  try {
    await wayBack(context, from, faults)
  } catch (cause) {
    throw new Fault(`${ill}. It was not taken back: ${cause.message}`, {
      advice: '"mm-deploy status" says how it stands, "mm-deploy rollback" goes back.',
      cause,
    })
  }
  context.say.line(`Back to ${other(from)} (${context.say.took()}).`)
  throw new Fault(ill, {
    advice: `${other(from)} is live again. "kubectl logs" in micromart-${from} tells more.`,
  })
}

/**
 * Makes the idle colour the live one and watches it.
 * @throws Fault when it was not well: the other is live again then
 */
export const promote = (context) => {
  const { cluster, reason, isDry, say } = context
  return withLock(context, 'promote', async () => {
    const route = await readRoute(cluster)
    const live = requireLive(route)
    const next = candidateOf(route, live)
    if (!next) return nothingToPromote(context, live)
    await requireEyes(context, live)
    if (isDry) return say.line(`${next} would be live instead of ${live}.`)
    await scaleLike(cluster, next, live)
    await rolledOut(cluster, next)
    await requireServing(cluster, next)
    const annotations = {
      [marks.candidate]: undefined,
      [marks.previous]: (await isRunning(cluster, live)) ? live : undefined,
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

/** A promotion that has not switched yet finds its candidate gone, and is refused. */
const stay = async ({ cluster, isDry, say }, route) => {
  const { live } = route
  if (isDry) return say.line(`${live} would stay live: there is nothing to go back to.`)
  await moveRoute(cluster, route, { annotations: { [marks.candidate]: undefined } })
  await settle(cluster, live)
  await keepWhole(cluster, live)
  say.line(`${live} stays live: there is nothing to go back to. It alone hears events.`)
}

const returnTo = async ({ cluster, reason, isDry, say }, route, next) => {
  if (isDry) return say.line(`${next} would be live again.`)
  await awaken(cluster, next, route.live ?? next)
  const annotations = {
    [marks.previous]: undefined,
    [marks.switched]: noted(`back to ${next}`, reason),
  }
  await turnTo(cluster, route, { next, annotations })
  say.line(`${next} is live again (${say.took()}).`)
}

/** Others change the route seldom, and once: more than this is something else. */
const attempts = 5

/** Back, from wherever things are. It waits for no lock: whoever holds it finds the route changed and is refused. */
export const rollback = async (context) => {
  let wanted
  let overtaken
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const route = await readRoute(context.cluster)
    const next = (await backTo(context.cluster, route)) ?? route.live
    wanted ??= next
    if (![next, route.live].includes(wanted)) throw overtaken
    try {
      return await (route.live === wanted ? stay(context, route) : returnTo(context, route, wanted))
    } catch (fault) {
      if (!fault.isOvertaken) throw fault
      overtaken = fault
    }
  }
  throw overtaken
}

/** A rollback that came meanwhile has made live what was ended here. */
const giveBack = async (cluster, colour) => {
  if ((await readRoute(cluster)).live !== colour) return
  await keepWhole(cluster, colour)
  throw new Fault(`${colour} has become live meanwhile: its pods were started again`)
}

/** Ends the pods of the idle colour. A rollback starts them again, which takes as long as they take to start. */
export const retire = (context) => {
  const { cluster, reason, isDry, say } = context
  return withLock(context, 'retire', async () => {
    const route = await readRoute(cluster)
    const idle = other(requireLive(route))
    if (isDry) return say.line(`The pods of ${idle} would end.`)
    // A rollback that has already found pods there is refused by the mark, and looks again.
    await moveRoute(cluster, route, {
      annotations: { [marks.retired]: noted(`${idle} retired`, reason) },
    })
    await hearNothing(cluster, idle)
    await scaleToNone(cluster, idle)
    await giveBack(cluster, idle)
    say.line(`${idle} has no pods any more.`)
  })
}
