import type { FaultRecord } from '../checker/evidence.ts'
import type { History } from '../load/history.ts'
import { firstOrderAfter, paceAt } from '../load/pace.ts'
import type { Random } from '../plan/random.ts'
import type { Shop } from '../shop/handle.ts'
import type { Fault } from './catalogue.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const windowMs = 3000
const longestMs = 75_000
/** Of the pace before the fault: load from beside and the cards' own waits move it by a third. */
const fullShare = 0.6

/** Waits until the shop is as before a fault; what never comes stays open. */
const recovery = async (history: History, healedAt: number, before: number) => {
  let firstOkMs: number | undefined
  while (history.now() < healedAt + longestMs) {
    await pause(200)
    const first = firstOrderAfter(history.entries, healedAt)
    firstOkMs ??= first === undefined ? undefined : first - healedAt
    const now = history.now()
    const isFull =
      now - healedAt >= windowMs && paceAt(history.entries, now, windowMs) >= before * fullShare
    if (firstOkMs !== undefined && isFull) return { firstOkMs, fullMs: now - healedAt }
  }
  return { firstOkMs, fullMs: undefined }
}

/** Arms a fault, heals it and measures how the shop comes back. */
const runFault = async (
  fault: Fault,
  {
    shop,
    history,
    random,
    before,
  }: { shop: Shop; history: History; random: Random; before: number },
): Promise<FaultRecord> => {
  const { name } = fault
  const armedAt = history.now()
  history.note('armed', name)
  let touched = await fault.arm(shop, random)
  await pause(fault.lastsMs)
  touched += await fault.heal(shop)
  const healedAt = history.now()
  history.note('healed', name, { touched })
  const back = await recovery(history, healedAt, before)
  history.note('recovered', name, back)
  return { name, armedAt, healedAt, touched, ...back }
}

type Plan = {
  readonly shop: Shop
  readonly history: History
  readonly random: Random
  readonly next: () => Fault
  readonly untilMs: number
  readonly say: (line: string) => void
}

const gapMs = 2000

/** One fault after the other until the time is up. */
export const runFaults = async ({ shop, history, random, next, untilMs, say }: Plan) => {
  const records: FaultRecord[] = []
  const losses: [number, number][] = []
  const before = paceAt(history.entries, history.now(), 8000)
  say(`  pace without faults: ${before.toFixed(1)} good operations a second`)
  while (history.now() < untilMs) {
    const fault = next()
    const record = await runFault(fault, { shop, history, random, before })
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
