import { countsOf, judged, vacuous } from '../checker/check.ts'
import type { Evidence, Violation } from '../checker/evidence.ts'

/** Where and how something was measured. */
export type Made = {
  readonly command: string
  readonly commit: string
  readonly at: string
  readonly machine: string
}

export type Conditions = Made & {
  readonly seed: string
  readonly minutes: number
  readonly workers: number
}

const shownSeconds = (ms: number | undefined): string =>
  ms === undefined ? 'never' : (ms / 1000).toFixed(1)

const verdicts = (violations: readonly Violation[]): string => {
  const rows = Object.entries(judged).map(([name, { title }]) => {
    const count = violations.filter(({ invariant }) => invariant === name).length
    return `| ${name} | ${title} | ${count === 0 ? 'holds' : `**${count} violations**`} |`
  })
  return ['| No | Invariant | |', '|---|---|---|', ...rows].join('\n')
}

/** What passed, and in brackets what of it was the shop's, when the machine was busy with others. */
const recovery = (ms: number | undefined, fairMs: number | undefined): string => {
  const [passed, fair] = [shownSeconds(ms), shownSeconds(fairMs ?? ms)]
  return passed === fair ? passed : `${passed} (${fair})`
}

const faultTable = ({ faults }: Evidence): string =>
  [
    '| at, s | fault | lasted, s | met | first order, s | full pace, s |',
    '|---|---|---|---|---|---|',
    ...faults.map((fault) => {
      const { name, armedAt, healedAt, touched } = fault
      const at = (armedAt / 1000).toFixed(0)
      const lasted = ((healedAt - armedAt) / 1000).toFixed(1)
      const first = recovery(fault.firstOkMs, fault.fairFirstOkMs)
      const full = recovery(fault.fullMs, fault.fairFullMs)
      return `| ${at} | ${name} | ${lasted} | ${touched} | ${first} | ${full} |`
    }),
  ].join('\n')

const machineLine = ({ machine }: Evidence): string => {
  if (!machine) return ''
  const { foreign, slowdown, worstLateMs } = machine
  const busy = `Others did ${Math.round(foreign * 100)} % of the machine's work; the run took ${slowdown.toFixed(2)} times as long as on a machine of its own, and a thread that only wakes up was at most ${worstLateMs} ms late.`
  const fair =
    slowdown > 1.05
      ? ' In brackets: without the time for which others kept the shop waiting, which is what is judged.'
      : ''
  return `${busy}${fair}`
}

const longest = (faults: Evidence['faults'], of: 'First' | 'Full'): string => {
  const times = faults.map((fault) =>
    of === 'First' ? (fault.fairFirstOkMs ?? fault.firstOkMs) : (fault.fairFullMs ?? fault.fullMs),
  )
  return times.includes(undefined) ? 'never' : shownSeconds(Math.max(...times.map(Number)))
}

const recoveryLine = ({ faults, restMs }: Evidence): string =>
  [
    `After ${faults.length} faults the first order was paid at the latest after ${longest(faults, 'First')} s (bound 10), the full pace was there after ${longest(faults, 'Full')} s (bound 60).`,
    ...(restMs === undefined
      ? []
      : [`Everything was at rest ${shownSeconds(restMs)} s after the load (bound 60).`]),
    'Nobody did anything by hand: apps came back by their restarter, sidecars and stores as a supervisor starts them again.',
  ].join(' ')

const saleLine = ({ sale }: Evidence): string => {
  if (!sale) return ''
  const { units, buyers, atOnce, paid, refused, other, tookMs, baskets, stranded } = sale
  const late =
    other.length > 0
      ? ` ${other.length} got no answer at once on a machine that was busy with others.`
      : ''
  return `Before the faults there was a sale of ${units} units to ${buyers} buyers, ${atOnce} at once: ${paid} paid, ${refused} refused, in ${shownSeconds(tookMs)} s. Of ${baskets} crossing baskets ${baskets - stranded.length} were paid.${late}\n\n`
}

const surpriseList = ({ surprises = [] }: Evidence): string =>
  surprises.length === 0
    ? 'No process ended that was not killed.'
    : `Processes that ended though nobody had killed them, and came back:\n\n${surprises.map((what) => `- ${what}`).join('\n')}`

const endings = ({ operations }: Evidence): string => {
  const groups = Map.groupBy(operations, ({ op }) => op)
  const count = (name: string, outcome: string) =>
    (groups.get(name) ?? []).filter((each) => each.outcome === outcome).length
  return [
    '| operation | ok | refused | unknown |',
    '|---|---|---|---|',
    ...[...groups.keys()]
      .sort()
      .map(
        (name) =>
          `| ${name} | ${count(name, 'ok')} | ${count(name, 'fail')} | ${count(name, 'info')} |`,
      ),
  ].join('\n')
}

const mostShown = 200

/** A run for people: the verdict first. */
export const markdown = (
  evidence: Evidence,
  violations: readonly Violation[],
  of: Conditions,
): string => {
  const counts = countsOf(evidence)
  const empty = vacuous(counts)
  const good = violations.length === 0 && empty.length === 0
  return `# Chaos run, seed ${of.seed}: ${good ? 'all invariants hold' : 'FAILED'}

\`${of.command}\`, ${of.at}, commit ${of.commit}, ${of.machine}. MariaDB with innodb_flush_log_at_trx_commit=1, Redis with AOF (everysec).

${Object.entries(counts)
  .map(([name, count]) => `${count} ${name}`)
  .join(', ')}.${empty.length > 0 ? ` **A run without ${empty.join(', ')} proves nothing.**` : ''}

![timeline](timeline.svg)

${verdicts(violations)}

${
  violations.length === 0
    ? ''
    : `## Violations\n\n${violations
        .slice(0, mostShown)
        .map(({ invariant, what }) => `- ${invariant}: ${what}`)
        .join('\n')}\n`
}
## Recovery

${saleLine(evidence)}${recoveryLine(evidence)}

${machineLine(evidence)}

${surpriseList(evidence)}

${faultTable(evidence)}

## How operations ended

${endings(evidence)}
`
}
