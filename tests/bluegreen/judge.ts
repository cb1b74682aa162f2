import type { Operation } from '../chaos/load/history.ts'

/** A pod that was killed: times of the history's clock. */
type Kill = {
  readonly pod: string
  readonly colour: string
  readonly at: number
  /** When as many pods of its app were ready again. */
  readonly backAt: number
}

export type Phase = {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Of mm-deploy: when it began, how long it took, how it ended; undefined where nothing was done. */
  readonly command?: {
    readonly began: number
    readonly ms: number
    readonly code: number
    readonly said: string
  }
  readonly kill?: Kill
}

/** From when on a colour was the live one. */
type Turn = { readonly at: number; readonly colour: string }

export type Run = {
  readonly phases: readonly Phase[]
  readonly turns: readonly Turn[]
  readonly operations: readonly Operation[]
}

/** Nobody knows what it did: a 5xx, or no answer. */
const isFailed = ({ outcome }: Operation): boolean => outcome === 'info'

/** Whether a request was under way while a pod was away. */
const meets = ({ at, ended }: Operation, kill: Kill): boolean => at < kill.backAt && ended > kill.at

/** Requests end after this time at the latest. */
const longestMs = 20_000

/** While the release that stands no load was live; what began then may end later. */
const isBrokens = ({ turns, phases }: Run, { at }: Operation): boolean => {
  const phase = phases.find(({ name }) => name === 'promote a broken release')
  if (!phase) return false
  const [went, back] = turns.filter((turn) => turn.at >= phase.from && turn.at <= phase.to)
  return went !== undefined && at > went.at - longestMs && at < (back?.at ?? phase.to) + settlesMs
}

/** An edge takes a change of the route within this time. */
const settlesMs = 3000

export type Failure = {
  readonly operation: Operation
  readonly phase: string
  /** What explains it; undefined when nothing does. */
  readonly because?: string
  /** How long after the pod was killed it ended. */
  readonly afterMs?: number
}

/** Every request that failed, and why. */
export const failuresOf = (run: Run): readonly Failure[] =>
  run.operations.filter(isFailed).map((operation) => {
    const phase =
      run.phases.find(({ from, to }) => operation.at >= from && operation.at < to)?.name ??
      'between'
    const kill = run.phases
      .flatMap((each) => each.kill ?? [])
      .find((each) => meets(operation, each))
    if (kill) {
      const afterMs = Math.round(operation.ended - kill.at)
      return { operation, phase, because: `${kill.pod} was killed`, afterMs }
    }
    if (isBrokens(run, operation))
      return { operation, phase, because: 'the broken release was live' }
    return { operation, phase }
  })

/** Limits of a switch, in ms. */
const limits = { promote: 30_000, rollback: 10_000 }

/** When the weights turned within a phase, from the moment when its command was given. */
export const turnedMs = (run: Run, phase: Phase): number | undefined => {
  const turn = run.turns.find(({ at }) => at >= phase.from && at <= phase.to)
  return turn && phase.command ? Math.round(turn.at - phase.command.began) : undefined
}

const endings: Readonly<Record<string, number>> = { 'promote a broken release': 1 }

/** How long a promotion or a rollback took: of a promotion the watching is left out. */
const tooSlow = (run: Run, phase: Phase): readonly string[] => {
  const kind = phase.name.startsWith('promote') ? 'promote' : 'rollback'
  if (!phase.command || !/^(promote|rollback)/.test(phase.name)) return []
  const ms = kind === 'rollback' ? phase.command.ms : turnedMs(run, phase)
  if (ms === undefined) return [`${phase.name}: nothing was switched`]
  return ms <= limits[kind] ? [] : [`${phase.name} took ${ms} ms`]
}

/** All that is wrong with how the colours changed. */
export const faultsOf = (run: Run): readonly string[] => [
  ...run.phases.flatMap((phase) => {
    const { name, command } = phase
    const wanted = endings[name] ?? 0
    return [
      ...(command && command.code !== wanted
        ? [`${name} ended with ${command.code}: ${command.said}`]
        : []),
      ...tooSlow(run, phase),
    ]
  }),
  ...failuresOf(run)
    .filter(({ because }) => because === undefined)
    .map(
      ({ operation: { op, status, code = '', error = '', at }, phase }) =>
        `${op} at ${Math.round(at)} ms (${phase}) failed without a reason: ${status} ${code}${error}`,
    ),
]
