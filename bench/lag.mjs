import { setTimeout as pause } from 'node:timers/promises'
import { appMetrics } from '../scripts/lib/shop/app-metrics.mjs'

const everyMs = 500

const gaugesOf = async (port) => {
  const samples = await appMetrics(port)
  const valueOf = (wanted) => samples.find(({ name }) => name === wanted)?.value ?? 0
  return {
    seconds: valueOf('micromart_outbox_oldest_age_seconds'),
    events: valueOf('micromart_outbox_backlog'),
  }
}

/**
 * Watches how far the relays of some apps fall behind their outboxes, until it is stopped.
 * @param ports their small HTTP ports, by app
 * @returns stops it: `{ [app]: { seconds, events } }`, the worst that was seen
 */
export const watchLag = (ports) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const worst = Object.fromEntries(
    Object.keys(ports).map((app) => [app, { seconds: 0, events: 0 }]),
  )
  const look = async ([app, port]) => {
    const { seconds, events } = await gaugesOf(port)
    worst[app].seconds = Math.max(worst[app].seconds, seconds)
    worst[app].events = Math.max(worst[app].events, events)
  }
  const watch = async () => {
    while (!signal.aborted) {
      await Promise.all(Object.entries(ports).map(look))
      await pause(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const watching = watch()
  watching.catch(() => undefined) // told when it is stopped
  return async () => {
    stopping.abort()
    await watching
    return worst
  }
}
