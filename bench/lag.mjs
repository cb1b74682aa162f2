import { setTimeout as pause } from 'node:timers/promises'

const everyMs = 500
const gauges = /^micromart_outbox_(oldest_age_seconds|backlog)(?:\{[^}]*\})? (\S+)$/gm

const gaugesOf = async (port) => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const found = [...(await answer.text()).matchAll(gauges)]
  return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]))
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
    const { oldest_age_seconds: seconds = 0, backlog: events = 0 } = await gaugesOf(port)
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
