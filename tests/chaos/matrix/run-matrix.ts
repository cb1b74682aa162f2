import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { canaryOf, type Dump } from '../checker/evidence.ts'
import { type Bench, comeToRest, judge, untilBuying, untilReady } from '../proof/bench.ts'
import { commit, conditions } from '../report/write.ts'
import { type Armed, breakOnce } from './break-once.ts'
import { type Case, casesOf } from './cases.ts'
import { type Story, storyOf } from './stories.ts'
import { isGood, matrixPage, nameOf, type Result } from './table.ts'

/** How the orders of a story stand. */
const endOf = ({ orders }: Dump, { attempts }: Story): string => {
  const people = new Set(attempts.map(({ person }) => person.canary))
  const own = orders.filter((order) => people.has(canaryOf(order)))
  return own.map(({ status }) => status).join(' ') || 'no order'
}

const settle = async (bench: Bench, story: Story, { deliver }: Armed): Promise<Dump> => {
  const { world } = bench
  await untilReady(bench)
  await story.finish()
  for (const attempt of story.attempts) world.open.set(attempt.key, attempt)
  const dump = await comeToRest(bench)
  if (!deliver) return dump
  await deliver()
  return comeToRest(bench)
}

const firstOrderMs = 10_000

type Played = Omit<Result, 'commit'>

/** One step broken once at one point in one way; then the shop has to come to rest by itself, with its books in order. */
const playCase = async (bench: Bench, one: Case): Promise<Played> => {
  const { shop, world, history, redisLosses } = bench
  const { step, point, kind } = one
  const name = nameOf(one)
  const began = history.now()
  history.note('armed', name)
  const story = await storyOf(shop, world, step.story)
  const armed = await breakOnce(bench, story, one, `case${began}`)
  if (kind === 'kill Redis') redisLosses.push([began, history.now()])
  const backMs = Math.round(await untilBuying(bench))
  const dump = await settle(bench, story, armed)
  const violations = judge(bench, dump)
  if (backMs > firstOrderMs) violations.push(`I16: the next order was paid after ${backMs} ms`)
  const tookMs = Math.round(history.now() - began)
  const ended = endOf(dump, story)
  const reached = armed.came
  return { name, step: step.name, point, kind, reached, tookMs, backMs, ended, violations }
}

/** A call that another part of the shop has made needless does not come: whoever was faster, the case is tried again. */
const mostTries = 3

const playUntilReached = async (bench: Bench, one: Case): Promise<Played> => {
  let result = await playCase(bench, one)
  for (
    let tries = 1;
    tries < mostTries && !result.reached && result.violations.length === 0;
    tries += 1
  ) {
    result = await playCase(bench, one)
  }
  return result
}

const saying = ({ name, reached, tookMs, backMs, ended, violations }: Result) => [
  `  ${name}: ${reached ? ended : 'NOT REACHED'}, next order after ${(backMs / 1000).toFixed(1)} s, at rest after ${(tookMs / 1000).toFixed(1)} s`,
  ...violations.map((each) => `    ${each}`),
]

/** @returns the page that is kept */
const write = (bench: Bench, results: readonly Result[], command: string): string => {
  const of = casesOf([]).length
  const facts = { ...conditions(command), load: bench.pulse.machine(), of }
  const page = matrixPage(results, facts)
  writeFileSync(path.join(bench.report, 'matrix.md'), page)
  const lines = results.map((result) => JSON.stringify(result)).join(',\n')
  const json = `{"facts":${JSON.stringify(facts)},"results":[\n${lines}\n]}\n`
  writeFileSync(path.join(bench.report, 'matrix.json'), json)
  return page
}

const kept = path.join(import.meta.dirname, '../../../docs/reliability/matrix.json')

/** What a run before has played to a good end, by its report, or by the one that is kept. */
const playedBefore = ({ report }: Bench): readonly Result[] => {
  const file = [path.join(report, 'matrix.json'), kept].find((each) => existsSync(each))
  if (file === undefined) return []
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: readonly Result[] }
  return results.filter(isGood)
}

export type MatrixPlan = {
  readonly cases: readonly Case[]
  /** Whether cases that the report has as good are taken from it. */
  readonly resume: boolean
  readonly command: string
}

/** The (fault, step) matrix of a checkout. @returns whether all cases ended well */
export const runMatrix = async (
  bench: Bench,
  { cases, resume, command }: MatrixPlan,
): Promise<boolean> => {
  const { say } = bench
  const results: Result[] = resume ? [...playedBefore(bench)] : []
  const played = new Set(results.map(({ name }) => name))
  if (resume) say(`${played.size} cases are in the report before`)
  // Of the checkout that the shop was started from.
  const of = commit()
  for (const one of cases.filter((each) => !played.has(nameOf(each)))) {
    const result = { ...(await playUntilReached(bench, one)), commit: of }
    results.push(result)
    saying(result).forEach(say)
    write(bench, results, command)
  }
  const bad = results.filter((result) => !isGood(result)).length
  say(
    `${results.length} cases of the matrix, ${bad} bad; ${casesOf([]).length - results.length} left out`,
  )
  return bad === 0
}
