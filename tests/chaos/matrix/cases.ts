import type { Random } from '../plan/random.ts'
import { type Step, steps } from './steps.ts'

/** Before the callee sees the call; after its effect, before its answer; after its answer, before the caller has written it down. */
export const points = ['before', 'after', 'answered'] as const

/**
 * What goes wrong. `late`: the call is lost and reaches its callee when all is over. `twice`: it reaches it twice at once. `stop`:
 * SIGSTOP for longer than the call may take, then SIGCONT.
 */
export const kinds = [
  'reset',
  'silence',
  'late',
  'twice',
  'kill caller',
  'kill callee',
  "kill caller's sidecar",
  "kill callee's sidecar",
  'stop caller',
  'stop callee',
  'kill MySQL',
  'kill Redis',
] as const

export type Point = (typeof points)[number]
export type Kind = (typeof kinds)[number]

export type Case = { readonly step: Step; readonly point: Point; readonly kind: Kind }

const noSidecar: Readonly<Record<Step['way'], string | undefined>> = {
  rpc: undefined,
  http: 'it goes past the sidecars',
  publish: 'its callee is the sidecar: see kill callee',
  delivery: 'its caller is the sidecar: see kill caller',
}

const whySidecar: Check = ({ way }, point) =>
  noSidecar[way] ?? (point === 'answered' ? 'the answer has left the sidecars' : undefined)

const whyDelivery: Check = (_step, point) =>
  point === 'before' ? undefined : 'a call is lost or doubled before its callee sees it'

type Check = (step: Step, point: Point) => string | undefined

const whyNot: Readonly<Partial<Record<Kind, Check>>> = {
  late: whyDelivery,
  twice: whyDelivery,
  "kill caller's sidecar": whySidecar,
  "kill callee's sidecar": whySidecar,
  'stop caller': (_step, point) =>
    point === 'before' ? 'it sleeps through the answer: see after' : undefined,
  'stop callee': (_step, point) =>
    point === 'before' ? undefined : 'it has done its part: see silence',
  'kill MySQL': ({ stores }, point) => {
    if (!stores.includes('mysql')) return 'MySQL is not on its way'
    return point === 'answered' ? 'the caller finds it dead either way: see after' : undefined
  },
  'kill Redis': ({ stores }, point) => {
    if (!stores.includes('redis')) return 'Redis is not on its way'
    return point === 'answered' ? 'the caller finds it dead either way: see after' : undefined
  },
}

/** Why a case cannot be; undefined when it can. */
export const impossible = ({ step, point, kind }: Case): string | undefined =>
  whyNot[kind]?.(step, point)

const all: readonly Case[] = steps.flatMap((step) =>
  points.flatMap((point) => kinds.map((kind) => ({ step, point, kind }))),
)

/** What a step is called on a command line. */
export const stepOption = ({ name }: Step): string => name.replaceAll(' ', '-')

const isWanted = (step: Step, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.includes(stepOption(step))

/** Every case that can be, point by point: processes get time between their deaths. @param wanted names of steps; all without */
export const casesOf = (wanted: readonly string[]): readonly Case[] =>
  all.filter((one) => isWanted(one.step, wanted) && impossible(one) === undefined)

/** Roughly, in seconds: a dead caller's key is locked for 12, an event that hangs comes again after 30. */
const costOf = ({ step: { way }, kind }: Case): number => {
  if (kind === 'kill caller' && way === 'rpc') return 13
  if (way === 'delivery' && kind !== 'twice' && kind !== 'kill callee') return 30
  return { reset: 1, twice: 1, 'kill callee': 4 }[kind as string] ?? 6
}

/** What a choice of cases has not met yet. */
const uncovered = (chosen: readonly Case[]) => {
  const has = (of: (one: Case) => string) => new Set(chosen.map(of))
  const [stepsMet, kindsMet] = [has(({ step }) => step.name), has(({ kind }) => kind)]
  const pairsMet = has(({ point, kind }) => `${point} ${kind}`)
  return ({ step, point, kind }: Case) => ({
    step: !stepsMet.has(step.name),
    kind: !kindsMet.has(kind),
    pair: !pairsMet.has(`${point} ${kind}`),
  })
}

/** What a case adds to a choice. New steps and kinds come first, then the cheap ones, then what is new at its point. */
const worthIn = (chosen: readonly Case[]) => {
  const isNew = uncovered(chosen)
  return (one: Case): number => {
    const { step, kind, pair } = isNew(one)
    return (step ? 1000 : 0) + (kind ? 1000 : 0) - 10 * costOf(one) + (pair ? 5 : 0)
  }
}

/** A few cases in which every step, every kind and every point comes at least once; others with another seed. */
export const coveringCases = (random: Random): readonly Case[] => {
  const left = random.shuffled(casesOf([]))
  const chosen: Case[] = []
  const isWhole = () =>
    new Set(chosen.map(({ step }) => step)).size === steps.length &&
    new Set(chosen.map(({ kind }) => kind)).size === kinds.length
  while (!isWhole()) {
    const rated = left.map(worthIn(chosen))
    const best = rated.indexOf(Math.max(...rated))
    chosen.push(...left.splice(best, 1))
  }
  return chosen
}
