import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { openWorld, type Settings } from '../experiment.ts'
import type { Answer } from '../load/client.ts'
import { openHistory } from '../load/history.ts'
import type { Shop } from '../shop/handle.ts'
import { type Subject, subjectsOf } from './subjects.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** More than a breaker's volume threshold. */
const enough = 26
const mistakes = 30
/** A breaker judges its last ten seconds: what went well in them must be over before something fails. */
const windowMs = 11_000
const several = 6
const atOnceMs = 800
/** The breaker's five seconds, a probe that comes too early for the other side, another five. */
const closedAgainMs = 15_000

const timed = async (call: () => Promise<Answer>) => {
  const began = performance.now()
  const answer = await call()
  return { answer, tookMs: performance.now() - began }
}

type Finding = { readonly what: string; readonly right: boolean; readonly seen: string }

const seen = ({ status, code, headers }: Answer): string =>
  `${status} ${code ?? ''} ${headers.get('retry-after') === null ? '' : `Retry-After ${headers.get('retry-after')}`}`.trim()

const afterMistakes = async ({ call, isFine, mistake }: Subject): Promise<Finding[]> => {
  const answers: Answer[] = []
  for (let index = 0; index < mistakes; index += 1) answers.push(await mistake())
  const broken = answers.filter(({ status }) => status >= 500)
  const next = await call()
  return [
    {
      what: `${mistakes} mistakes of the caller are its own`,
      right: broken.length === 0,
      seen: seen(broken[0] ?? answers[0]!),
    },
    { what: 'and leave it closed', right: isFine(next), seen: seen(next) },
  ]
}

const whileCut = async ({ call, isFine }: Subject): Promise<Finding[]> => {
  const failed = await Promise.all(Array.from({ length: enough }, call))
  const bad = failed.filter((answer) => isFine(answer))
  await call() // payment learns from the first refusal that the provider is away
  // One of them may be the half-open breaker's probe, which waits in vain; the others must not.
  const more = await Promise.all(Array.from({ length: several }, () => timed(call)))
  const refused = more.filter(
    ({ answer }) => !isFine(answer) && Number(answer.headers.get('retry-after')) >= 1,
  )
  const quick = more.filter(({ tookMs }) => tookMs < atOnceMs)
  return [
    { what: 'nothing comes through', right: bad.length === 0, seen: seen(failed[0]!) },
    {
      what: 'open: 503, or 202 behind payment, with Retry-After',
      right: refused.length >= several - 1,
      seen: `${refused.length} of ${several}`,
    },
    { what: 'at once', right: quick.length >= several - 1, seen: `${quick.length} of ${several}` },
  ]
}

const afterHealing = async ({ call, isFine }: Subject): Promise<Finding[]> => {
  const began = performance.now()
  let answer = await call()
  while (!isFine(answer) && performance.now() - began < closedAgainMs) {
    await pause(200)
    answer = await call()
  }
  const tookMs = performance.now() - began
  const more = await Promise.all(Array.from({ length: 5 }, call))
  return [
    {
      what: 'half open, then closed by itself',
      right: isFine(answer),
      seen: `${seen(answer)} after ${(tookMs / 1000).toFixed(1)} s`,
    },
    { what: 'and stays closed', right: more.every(isFine), seen: more.map(seen).join(', ') },
  ]
}

const examine = async ({ proxies }: Shop, subject: Subject): Promise<Finding[]> => {
  await pause(windowMs) // what the subject before has opened is closed again
  const first = await subject.call()
  const found = [{ what: 'closed', right: subject.isFine(first), seen: seen(first) }]
  found.push(...(await afterMistakes(subject)))
  await subject.prepare(enough + 60)
  await pause(windowMs)
  await proxies.spoil(subject.edge, { kind: 'blackhole' })
  try {
    found.push(...(await whileCut(subject)))
  } finally {
    await proxies.heal(subject.edge)
  }
  found.push(...(await afterHealing(subject)))
  return found
}

/** Every breaker of the checkout, through its states. */
export const runBreakers = async (shop: Shop, settings: Settings): Promise<boolean> => {
  const { report, say } = settings
  await using history = openHistory(path.join(report, 'history.ndjson'))
  const world = await openWorld(shop, history, { ...settings, minutes: 0.1, workers: 1 })
  const results: Record<string, Finding[]> = {}
  for (const subject of await subjectsOf(world)) {
    const findings = await examine(shop, subject)
    results[subject.name] = findings
    say(`  ${subject.name}: ${findings.every(({ right }) => right) ? 'good' : 'WRONG'}`)
    for (const { what, right, seen: was } of findings)
      say(`    ${right ? 'ok   ' : 'WRONG'} ${what}: ${was}`)
  }
  writeFileSync(path.join(report, 'breakers.json'), `${JSON.stringify(results, undefined, 1)}\n`)
  return Object.values(results).every((findings) => findings.every(({ right }) => right))
}
