import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { check } from '../checker/check.ts'
import type { Dump, Evidence } from '../checker/evidence.ts'
import { openWorld, pricesOf, type Settings } from '../experiment.ts'
import { type History, openHistory, operationsOf } from '../load/history.ts'
import { resolveUnknown, untilQuiet } from '../load/settle.ts'
import type { World } from '../load/world.ts'
import { conditions } from '../report/write.ts'
import type { Shop } from '../shop/handle.ts'
import { type Case, casesOf, kinds, points, steps } from './cases.ts'
import { breakOnce, storyOf } from './play.ts'

type Result = {
  readonly name: string
  readonly step: string
  readonly point: string
  readonly kind: string
  /** Whether the trapped call came: a case that was not reached proves nothing. */
  readonly reached: boolean
  readonly tookMs: number
  readonly ended: string
  readonly violations: readonly string[]
}

const evidenceOf = (world: World, history: History, dump: Dump): Evidence => ({
  operations: operationsOf(history.entries),
  dump,
  replayed: undefined,
  stockReads: 1,
  brokenReads: [],
  faults: [],
  soldOut: [],
  redisLosses: [],
  books: undefined,
  ...pricesOf(world, history),
})

const untilReady = async (shop: Shop): Promise<void> => {
  const urls = ['order', 'payment', 'product'].map(
    (app) => `http://127.0.0.1:${shop.ports[app]?.http ?? 0}/readyz`,
  )
  for (let tries = 0; tries < 200; tries += 1) {
    const answers = await Promise.all(urls.map((url) => fetch(url).catch(() => undefined)))
    if (answers.every((answer) => answer?.ok)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** One step broken once at one point in one way; then the shop has to come to rest by itself, with its books in order. */
const playCase = async (
  shop: Shop,
  world: World,
  { known, patienceMs }: { readonly known: Set<string>; readonly patienceMs: number },
  one: Case,
): Promise<Result> => {
  const { history } = world
  const { step, point, kind } = one
  const name = `${step.name}, ${point}, ${kind}`
  const began = history.now()
  history.note('armed', name)
  const story = await storyOf(shop, world, step)
  const reached = await breakOnce(shop, story, one, `case${began}`)
  await untilReady(shop)
  for (const attempt of story.attempts) world.open.set(attempt.key, attempt)
  await resolveUnknown(world, 45_000)
  const dump = await untilQuiet(shop, history.now, patienceMs)
  const violations = check(evidenceOf(world, history, dump))
    .map(({ invariant, what }) => `${invariant}: ${what}`)
    .filter((each) => !known.has(each))
  for (const each of violations) known.add(each)
  const last = dump.orders.toSorted((a, b) => a.createdAt - b.createdAt).at(-1)
  const ended = last ? `${last.status} (${last.paymentStatus})` : 'no order'
  const tookMs = Math.round(history.now() - began)
  return { name, step: step.name, point, kind, reached, tookMs, ended, violations }
}

const cellOf = (result: Result | undefined): string => {
  if (!result) return ''
  if (!result.reached) return 'not reached'
  return result.violations.length === 0
    ? result.ended
    : `**${result.violations.length} violations**`
}

const tableOf = (results: readonly Result[]): string => {
  const rows = steps.flatMap(({ name: step }) =>
    points.map((point) => {
      const cells = kinds.map((kind) =>
        cellOf(
          results.find((each) => each.step === step && each.point === point && each.kind === kind),
        ),
      )
      return cells.every((cell) => cell === '')
        ? []
        : [`| ${step} | ${point} | ${cells.join(' | ')} |`]
    }),
  )
  return [
    `| step | broken | ${kinds.join(' | ')} |`,
    '|---|---|---|---|---|---|',
    ...rows.flat(),
  ].join('\n')
}

const reportOf = (results: readonly Result[], settings: Settings): string => {
  const { command, at, commit, machine } = conditions({
    ...settings,
    command: 'npm run chaos -- --matrix',
  })
  const bad = results.filter(({ violations, reached }) => violations.length > 0 || !reached)
  return `# Every step broken at every point: ${bad.length === 0 ? 'all orders end well' : `${bad.length} of ${results.length} cases do not`}

\`${command}\`, seed ${settings.seed}, ${at}, commit ${commit}, ${machine}. A cell tells how the order ended after its client had asked until it knew.

${tableOf(results)}

${bad.map(({ name, reached, violations }) => `- ${name}: ${reached ? violations.join('; ') : 'the call never came'}`).join('\n')}
`
}

/** The (fault, step) matrix of reliability.md, section 6. */
export const runMatrix = async (
  shop: Shop,
  settings: Settings & { readonly steps: readonly string[] },
): Promise<boolean> => {
  const { report, say } = settings
  await using history = openHistory(path.join(report, 'history.ndjson'))
  const world = await openWorld(shop, history, { ...settings, minutes: 0.1, workers: 1 })
  const known = new Set<string>()
  const results: Result[] = []
  for (const one of casesOf(settings.steps)) {
    const result = await playCase(shop, world, { known, patienceMs: settings.patienceMs }, one)
    results.push(result)
    const { name, reached, tookMs, ended, violations } = result
    say(`  ${name}: ${reached ? ended : 'NOT REACHED'}, ${(tookMs / 1000).toFixed(1)} s`)
    for (const each of violations) say(`    ${each}`)
    writeFileSync(path.join(report, 'matrix.md'), reportOf(results, settings))
    writeFileSync(path.join(report, 'matrix.json'), `${JSON.stringify(results, undefined, 1)}\n`)
  }
  return results.every(({ violations, reached }) => reached && violations.length === 0)
}
