import type { Answer } from '../load/client.ts'
import type { Bench } from '../proof/bench.ts'
import { type Finding, shown } from './findings.ts'
import type { Subject } from './subjects.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** More than a breaker's volume threshold. */
const enough = 26
const mistakes = 30
/** A breaker judges its last ten seconds: mistakes are answers, and so many more calls must fail. */
const mostBursts = 4
const several = 6
/** Less than half of the shortest deadline: who waited for the other side takes longer. */
const atOnceMs = 1400
const patienceMs = 25_000

type Bed = Pick<Bench, 'shop' | 'pulse'>

const burst = (call: Subject['call'], count: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, call))

/** What the subject before has broken is whole again. */
const untilWhole = async ({ pulse }: Bed, { call, isFine, mistake, refusal }: Subject) => {
  for (const end = pulse.fair() + patienceMs; pulse.fair() < end; await pause(200)) {
    if ((await mistake()).code === refusal && isFine(await call())) return
  }
}

const beforeCut = async (bed: Bed, subject: Subject): Promise<Finding[]> => {
  const { call, isFine, mistake, refusal } = subject
  await untilWhole(bed, subject)
  const first = await call()
  const answers: Answer[] = []
  for (let index = 0; index < mistakes; index += 1) answers.push(await mistake())
  const broken = answers.find(({ code }) => code !== refusal)
  const next = await call()
  return [
    { what: 'closed', right: isFine(first), seen: shown(first) },
    {
      what: `${mistakes} mistakes are the caller's`,
      right: broken === undefined,
      seen: shown(broken ?? answers[0]!),
    },
    { what: 'and leave it closed', right: isFine(next), seen: shown(next) },
  ]
}

type Burst = {
  readonly answers: readonly Answer[]
  /** Calls that reached the edge. */
  readonly out: number
  /** Fair ms until each was answered, in order. */
  readonly took: readonly number[]
}

/** Several calls at once while the edge is a black hole. */
const tryAll = async ({ shop, pulse }: Bed, { edge, call }: Subject): Promise<Burst> => {
  const before = await shop.proxies.met(edge)
  const timed = async () => {
    const began = pulse.fair()
    return { answer: await call(), took: pulse.fair() - began }
  }
  const all = await Promise.all(Array.from({ length: several }, timed))
  return {
    answers: all.map(({ answer }) => answer),
    took: all.map(({ took }) => took).toSorted((a, b) => a - b),
    out: (await shop.proxies.met(edge)) - before,
  }
}

const isRefusal =
  ({ mayWait }: Subject) =>
  ({ status, headers }: Answer): boolean =>
    (status === 503 || (mayWait === true && status === 202)) &&
    Number(headers.get('retry-after')) >= 1

const isOpen =
  (subject: Subject) =>
  ({ answers, out }: Burst): boolean =>
    out === 0 && answers.every(isRefusal(subject))

/** Of those that come at once one is let through and waits in vain; the others are refused. */
const isHalfOpen =
  (subject: Subject) =>
  ({ answers, out }: Burst): boolean =>
    out === 1 && answers.filter(isRefusal(subject)).length >= several - 1

/** @returns the first burst that is as wanted; the last one when the time is up */
const until = async (
  bed: Bed,
  subject: Subject,
  isWanted: (burst: Burst) => boolean,
): Promise<{ found: boolean; last: Burst }> => {
  for (const end = bed.pulse.fair() + patienceMs; ; await pause(100)) {
    const last = await tryAll(bed, subject)
    if (isWanted(last)) return { found: true, last }
    if (bed.pulse.fair() > end) return { found: false, last }
  }
}

const inBurst = ({ answers, out }: Burst): string => `${out} of ${answers.length} go out`

const whileCut = async (bed: Bed, subject: Subject): Promise<Finding[]> => {
  const failed = await burst(subject.call, enough)
  const through = failed.filter(subject.isFine)
  const open = isOpen(subject)
  for (let bursts = 1; bursts < mostBursts && !open(await tryAll(bed, subject)); bursts += 1) {
    await burst(subject.call, enough)
  }
  const opened = await until(bed, subject, open)
  const median = opened.last.took[Math.floor(several / 2)]!
  const halfOpened = await until(bed, subject, isHalfOpen(subject))
  return [
    { what: 'nothing comes through', right: through.length === 0, seen: shown(failed[0]!) },
    {
      what: 'open: 503 with Retry-After',
      right: opened.found,
      seen: `${shown(opened.last.answers[0]!)}, ${inBurst(opened.last)}`,
    },
    { what: 'at once', right: median < atOnceMs, seen: `${Math.round(median)} ms` },
    { what: 'half open', right: halfOpened.found, seen: inBurst(halfOpened.last) },
  ]
}

const afterHealing = async ({ pulse }: Bed, { call, isFine }: Subject): Promise<Finding[]> => {
  const began = pulse.fair()
  let answer = await call()
  while (!isFine(answer) && pulse.fair() - began < patienceMs) {
    await pause(100)
    answer = await call()
  }
  const took = ((pulse.fair() - began) / 1000).toFixed(1)
  const more = await burst(call, several)
  const bad = more.find((each) => !isFine(each))
  return [
    { what: 'closed by itself', right: isFine(answer), seen: `${shown(answer)} after ${took} s` },
    { what: 'and stays closed', right: bad === undefined, seen: shown(bad ?? more[0]!) },
  ]
}

/** Takes a breaker through all of its states. */
export const examine = async (bed: Bed, subject: Subject): Promise<readonly Finding[]> => {
  const { proxies } = bed.shop
  const { edge, method: counts, caller: named } = subject
  const caller = edge === 'provider' ? {} : { caller: named } // to it there is one caller
  const found = await beforeCut(bed, subject)
  await subject.prepare(2 * enough + 10 * several)
  await proxies.spoil(edge, { kind: 'blackhole', counts, ...caller })
  try {
    found.push(...(await whileCut(bed, subject)))
  } finally {
    await proxies.heal(edge)
  }
  found.push(...(await afterHealing(bed, subject)))
  return found
}
