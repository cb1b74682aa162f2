import type { Violation } from '../chaos/checker/evidence.ts'
import type { Made } from '../chaos/report/markdown.ts'
import { curves, picture } from '../chaos/report/timeline.ts'
import { failuresOf, type Failure, type Phase, type Run, turnedMs } from './judge.ts'

const seconds = (ms: number): string => (ms / 1000).toFixed(1)

const colours = { blue: '#6fa8dc', green: '#8fce9a', kill: '#b3261e' }

/** The same with its first phase at zero. */
const fromZero = (run: Run): Run => {
  const origin = run.phases[0]?.from ?? 0
  const shifted = (ms: number) => Math.max(0, ms - origin)
  return {
    operations: run.operations.map((each) => ({ ...each, ended: shifted(each.ended) })),
    turns: run.turns.map((turn) => ({ ...turn, at: shifted(turn.at) })),
    phases: run.phases.map(({ kill, ...phase }) => ({
      ...phase,
      from: shifted(phase.from),
      to: shifted(phase.to),
      ...(kill && { kill: { ...kill, at: shifted(kill.at), backAt: shifted(kill.backAt) } }),
    })),
  }
}

const bandsOf = ({ turns, phases }: Run, last: number) => {
  const live = turns.map(({ at, colour }, index) => ({
    name: `${colour} live`,
    from: at,
    to: turns[index + 1]?.at ?? last,
    colour: colour === 'blue' ? colours.blue : colours.green,
    opacity: 0.22,
  }))
  const begun = phases.map(({ name, from }) => {
    return { name, from, to: from, colour: '#888888', opacity: 0.7 }
  })
  const kills = phases
    .flatMap(({ kill }) => kill ?? [])
    .map(({ pod, at, backAt }) => {
      const name = `kill ${pod.split('-')[0]}`
      return { name, from: at, to: backAt, colour: colours.kill, opacity: 0.18 }
    })
  return [...live, ...begun, ...kills].toSorted((one, other) => one.from - other.from)
}

/** Which colour was live, phases and kills, behind what shoppers got. */
export const drawing = (of: Run, title: string): string => {
  const run = fromZero(of)
  const last = run.phases.at(-1)?.to ?? 0
  return picture({
    title,
    operations: run.operations,
    bands: bandsOf(run, last),
    legend: [
      ...curves,
      [colours.blue, 'blue is live'],
      [colours.green, 'green is live'],
      [colours.kill, 'a pod is away'],
    ],
    last,
  })
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor((sorted.length - 1) * part)] ?? 0

const rowOf =
  (run: Run, failures: readonly Failure[]) =>
  (phase: Phase): string => {
    const { name, from, to, command, kill } = phase
    const own = run.operations.filter(({ at }) => at >= from && at < to)
    const times = own.map(({ at, ended }) => ended - at).toSorted((one, other) => one - other)
    const bought = own.filter(({ op, status }) => op.startsWith('place') && status === 201)
    const failed = failures.filter((each) => each.phase === name)
    const explained = failed.filter(({ because }) => because !== undefined)
    const latest = Math.max(0, ...failed.map(({ afterMs = 0 }) => afterMs))
    const turned = turnedMs(run, phase)
    return [
      name,
      command ? seconds(command.ms) : '',
      turned === undefined ? '' : seconds(turned),
      kill
        ? `${kill.pod.split('-')[0]} of ${kill.colour}, back after ${seconds(kill.backAt - kill.at)} s`
        : '',
      own.length,
      bought.length,
      `${percentile(times, 0.5).toFixed(0)} / ${percentile(times, 0.99).toFixed(0)}`,
      failed.length,
      failed.length - explained.length,
      latest > 0 ? seconds(latest) : '',
    ].join(' | ')
  }

const failureLines = (failures: readonly Failure[]): string => {
  const kinds = Map.groupBy(
    failures,
    ({ operation: { op, status, code, error }, phase, because }) =>
      [phase, op, `${status} ${code ?? error ?? ''}`.trim(), because ?? '**nothing**'].join(' | '),
  )
  return [...kinds].map(([kind, all]) => `| ${kind} | ${all.length} |`).join('\n')
}

type Told = {
  readonly run: Run
  readonly faults: readonly string[]
  readonly violations: readonly Violation[]
  readonly of: Made
  readonly restMs: number
  readonly books: boolean
  readonly checked: number
}

/** The rehearsal for people: the verdict first. */
export const page = ({ run, faults, violations, of, restMs, books, checked }: Told): string => {
  const failures = failuresOf(run)
  const kills = run.phases.flatMap(({ kill }) => kill ?? [])
  const good = faults.length === 0 && violations.length === 0
  const wrong = [...faults, ...violations.map(({ invariant, what }) => `${invariant}: ${what}`)]
  const orders = run.operations.filter(({ op, status }) => op.startsWith('place') && status === 201)
  const ids = new Set(orders.flatMap(({ order }) => order?.id ?? []))
  const unexplained = failures.filter(({ because }) => because === undefined).length
  return `# Blue-green under load: ${good ? 'all held' : 'NOT all held'}

\`${of.command}\`, ${of.at}, commit ${of.commit}, ${of.machine}; the whole cluster on that one machine.

${run.operations.length} requests, ${ids.size} orders paid; ${failures.length} requests failed (5xx, or no answer), ${failures.length - unexplained} of them explained, **${unexplained} not**. ${kills.length} pods were killed, each
with all its processes at once. Afterwards all was at rest within ${seconds(restMs)} s, ${checked} invariants were judged over databases, ledger, events and what shoppers had been told, and the shop's own books
${books ? 'balanced' : '**did not balance**'}: no order and no event lost or doubled where the list below is empty.

![timeline](blue-green.svg)

${wrong.length === 0 ? 'Nothing was wrong.' : wrong.map((each) => `- ${each}`).join('\n')}

## Phase by phase

Times in seconds. "Switched" counts from the command to the moment when the route's weights turned. A killed pod is one of the colour that is live at that moment. "Latest" is how long after the kill the last of the
failed requests ended.

| phase | command | switched | killed | requests | orders | p50 / p99, ms | failed | unexplained | latest |
|---|---|---|---|---|---|---|---|---|---|
${run.phases.map((phase) => `| ${rowOf(run, failures)(phase)} |`).join('\n')}

## Requests that failed

${failures.length === 0 ? 'None.' : `| phase | request | answer | because | times |\n|---|---|---|---|---|\n${failureLines(failures)}`}
`
}
