import type { FaultRecord } from '../checker/evidence.ts'
import type { History } from '../load/history.ts'
import { firstOrderAfter, paceAt } from '../load/pace.ts'
import type { Pulse } from '../machine/pulse.ts'
import type { Random } from '../plan/random.ts'
import type { Shop } from '../shop/handle.ts'
import type { Fault } from './catalogue.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const windowMs = 3000
const longestMs = 75_000
/** Of the pace before the fault: load from beside and the cards' own waits move it by a third. */
const fullShare = 0.6

type Clocks = { readonly history: History; readonly pulse: Pulse }

/**
 * Waits until the shop is as before a fault; what never comes stays open. A machine that leaves the run half of its time halves
 * its pace, too.
 */
const recovery = async ({ history, pulse }: Clocks, healedAt: number, before: number) => {
  const fairBetween = (from: number, to: number) =>
    pulse.fair(history.began + to) - pulse.fair(history.began + from)
  const fairSince = (at: number) => Math.round(fairBetween(healedAt, at))
  let firstOkMs: number | undefined
  let fairFirstOkMs: number | undefined
  while (fairSince(history.now()) < longestMs) {
    await pause(200)
    const first = firstOrderAfter(history.entries, healedAt)
    if (first !== undefined && firstOkMs === undefined) {
      firstOkMs = first - healedAt
      fairFirstOkMs = fairSince(first)
    }
    const now = history.now()
    const share = fairBetween(now - windowMs, now) / windowMs
    const isFull =
      now - healedAt >= windowMs &&
      paceAt(history.entries, now, windowMs) >= before * fullShare * share
    if (firstOkMs !== undefined && isFull)
      return { firstOkMs, fairFirstOkMs, fullMs: now - healedAt, fairFullMs: fairSince(now) }
  }
  return { firstOkMs, fairFirstOkMs, fullMs: undefined, fairFullMs: undefined }
}

/** Arms a fault, heals it and measures how the shop comes back. */
const runFault = async (
  fault: Fault,
  { shop, history, pulse, random, before }: Clocks & { shop: Shop; random: Random; before: number },
): Promise<FaultRecord> => {
  const { name } = fault
  const armedAt = history.now()
  history.note('armed', name)
  let touched = await fault.arm(shop, random)
  await pause(fault.lastsMs)
  touched += await fault.heal(shop)
  const healedAt = history.now()
  history.note('healed', name, { touched })
  const back = await recovery({ history, pulse }, healedAt, before)
  history.note('recovered', name, back)
  return { name, armedAt, healedAt, touched, ...back }
}

type Plan = {
  readonly shop: Shop
  readonly history: History
  readonly pulse: Pulse
  readonly random: Random
  readonly next: () => Fault
  readonly untilMs: number
  readonly say: (line: string) => void
}

const gapMs = 2000

/** One fault after the other until the time is up. */
export const runFaults = async (plan: Plan) => {
  const { history, next, untilMs, say } = plan
  const records: FaultRecord[] = []
  const losses: [number, number][] = []
  const before = paceAt(history.entries, history.now(), 8000)
  say(`  pace without faults: ${before.toFixed(1)} good operations a second`)
  while (history.now() < untilMs) {
    const fault = next()
    const record = await runFault(fault, { ...plan, before })
    records.push(record)
    if (fault.losesRedis) {
      const from = fault.losesRedis === 'all' ? 0 : record.armedAt - 1500
      losses.push([from, record.healedAt + 1500])
    }
    const { name, armedAt, touched, firstOkMs, fullMs } = record
    const shown = (ms: number | undefined) =>
      ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`
    say(
      `  ${(armedAt / 1000).toFixed(0).padStart(4)} s ${name.padEnd(28)} met ${touched}, first order ${shown(firstOkMs)}, full pace ${shown(fullMs)}`,
    )
    await pause(gapMs)
  }
  return { records, losses }
}
