import type { Machine } from '../machine/pulse.ts'
import { type Case, impossible, type Kind, kinds, type Point, points } from './cases.ts'
import { steps } from './steps.ts'

/** One case that was played. */
export type Result = {
  readonly name: string
  /** Of the checkout that was played. */
  readonly commit: string
  readonly step: string
  readonly point: Point
  readonly kind: Kind
  /** Whether the call came that was to be broken. */
  readonly reached: boolean
  /** Until all was at rest. */
  readonly tookMs: number
  /** From the end of the fault until another shopper's order was paid, in fair ms. */
  readonly backMs: number
  readonly ended: string
  readonly violations: readonly string[]
}

export const isGood = ({ reached, violations }: Result): boolean =>
  reached && violations.length === 0

/** Footnotes, numbered as they come. */
const footnotes = () => {
  const notes: string[] = []
  return {
    notes,
    numberOf: (note: string): number => {
      if (!notes.includes(note)) notes.push(note)
      return notes.indexOf(note) + 1
    },
  }
}

const cellOf = (result: Result): string => {
  if (!result.reached) return '**not reached**'
  const { ended, violations } = result
  return violations.length === 0 ? ended : `**${ended}, ${violations.length} violations**`
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const table = (results: readonly Result[], numberOf: (note: string) => number): string => {
  const found = new Map(results.map((result) => [result.name, result]))
  const cell = (one: Case): string => {
    const why = impossible(one)
    if (why !== undefined) return `- (${numberOf(why)})`
    const result = found.get(nameOf(one))
    return result ? cellOf(result) : ''
  }
  const rows = steps.flatMap((step) =>
    points
      .filter((point) => results.some((each) => each.step === step.name && each.point === point))
      .map((point) => row([step.name, point, ...kinds.map((kind) => cell({ step, point, kind }))])),
  )
  const head = ['step', 'broken', ...kinds]
  return [row(head), row(head.map(() => '---')), ...rows].join('\n')
}

export const nameOf = ({ step, point, kind }: Case): string => `${step.name}, ${point}, ${kind}`

const stepTable = (): string =>
  [
    row(['step', 'call', 'of', 'to', 'comes when a shopper']),
    row(['---', '---', '---', '---', '---']),
    ...steps.map(({ name, method, text, caller, callee, story }) =>
      row([
        name,
        `\`${method.replace('/micromart.', '')}\`${text === undefined ? '' : ` (${text})`}`,
        caller,
        callee,
        story,
      ]),
    ),
  ].join('\n')

export type MatrixFacts = {
  readonly command: string
  readonly at: string
  readonly commit: string
  readonly machine: string
  readonly load: Machine
  /** How many cases there are in all. */
  readonly of: number
}

const seconds = (ms: number): string => (ms / 1000).toFixed(0)

/** How many cases each commit played, where a run went on with what earlier ones had left. */
const runsText = (results: readonly Result[]): readonly string[] => {
  const byCommit = [...Map.groupBy(results, ({ commit }) => commit)]
  if (byCommit.length < 2) return []
  const shares = byCommit.map(([commit, played]) => `${played.length} at ${commit}`)
  return [`They were played in several runs: ${shares.join(', ')}.`]
}

const summary = (results: readonly Result[], { of, load }: MatrixFacts): string => {
  const bad = results.filter((result) => !isGood(result))
  const slowest = results.toSorted((a, b) => b.tookMs - a.tookMs)[0]
  const latest = results.toSorted((a, b) => b.backMs - a.backMs)[0]
  const rest = of - results.length
  return [
    `${results.length} of ${of} cases played, ${bad.length} of them bad${rest > 0 ? `; ${rest} are left to \`npm run chaos -- --matrix\`` : ''}.`,
    ...(slowest
      ? [`The longest took ${seconds(slowest.tookMs)} s until all was at rest (${slowest.name}).`]
      : []),
    ...(latest
      ? [
          `Another shopper's order was paid at the latest ${(latest.backMs / 1000).toFixed(1)} s after a fault had ended (${latest.name}; bound 10 s).`,
        ]
      : []),
    ...runsText(results),
    `Others did ${Math.round(load.foreign * 100)} % of the machine's work meanwhile.`,
  ].join(' ')
}

/** The matrix for people. */
export const matrixPage = (results: readonly Result[], facts: MatrixFacts): string => {
  const { command, at, commit, machine } = facts
  const { notes, numberOf } = footnotes()
  const cells = table(results, numberOf)
  const bad = results.filter((result) => !isGood(result))
  const listed = bad.map(
    ({ name, reached, violations }) =>
      `- ${name}: ${reached ? violations.join('; ') : 'the call never came'}`,
  )
  return `# Every step of a checkout, broken in every way

Made by \`${command}\`, ${at}, commit ${commit}, ${machine}.

${summary(results, facts)} Each case is one order with one fault at one call: the call is held by a proxy, the fault is made, and then the shop has
to come to rest by itself, with all sixteen invariants and no manual step. A cell tells how the order ended after its shopper had asked until the end was known.

- before: the callee has not seen the call; after: it has acted, and its answer is on the way; answered: the caller has the answer and has not written it down.
- reset: the connection breaks; silence: nothing comes any more; late: the call is lost, and reaches its callee when all is over; twice: it reaches it twice at once;
  stop: SIGSTOP for 7 s, longer than any call may take, then SIGCONT.

${cells}

Cases that cannot be:

${notes.map((note, index) => `${index + 1}. ${note}`).join('\n')}
${listed.length === 0 ? '' : `\n## Bad cases\n\n${listed.join('\n')}\n`}
## The steps

${stepTable()}
`
}
