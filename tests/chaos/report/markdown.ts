import { countsOf, invariants, vacuous } from '../checker/check.ts'
import type { Evidence, Violation } from '../checker/evidence.ts'

export type Conditions = {
  readonly seed: string
  readonly minutes: number
  readonly workers: number
  readonly command: string
  readonly commit: string
  readonly at: string
  readonly machine: string
}

const shownSeconds = (ms: number | undefined): string =>
  ms === undefined ? 'never' : (ms / 1000).toFixed(1)

const verdicts = (violations: readonly Violation[]): string => {
  const rows = Object.entries({
    ...invariants,
    books: { title: "the shop's own books balance" },
  }).map(([name, { title }]) => {
    const count = violations.filter(({ invariant }) => invariant === name).length
    return `| ${name} | ${title} | ${count === 0 ? 'holds' : `**${count} violations**`} |`
  })
  return ['| No | Invariant | |', '|---|---|---|', ...rows].join('\n')
}

const faultTable = ({ faults }: Evidence): string =>
  [
    '| at, s | fault | lasted, s | met | first order, s | full pace, s |',
    '|---|---|---|---|---|---|',
    ...faults.map(
      ({ name, armedAt, healedAt, touched, firstOkMs, fullMs }) =>
        `| ${(armedAt / 1000).toFixed(0)} | ${name} | ${((healedAt - armedAt) / 1000).toFixed(1)} | ${touched} | ${shownSeconds(firstOkMs)} | ${shownSeconds(fullMs)} |`,
    ),
  ].join('\n')

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
## Faults

${faultTable(evidence)}

## How operations ended

${endings(evidence)}
`
}
