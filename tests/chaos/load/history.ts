import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Jepsen's three ends of an operation; `info`: nobody knows what it did. */
export type Outcome = 'ok' | 'fail' | 'info'

/** What a client wanted. Money in minor units, times in ms since the run's start on one monotonic clock. */
export type Invoke = {
  readonly type: 'invoke'
  readonly id: number
  readonly at: number
  /** The worker: one operation at a time. */
  readonly process: string
  readonly op: string
  /** Canary of the person on whose behalf; staff are `staff`. */
  readonly user: string
  readonly key?: string
  /** Of the request's body. */
  readonly hash?: string
  /** What the checker needs of the request, such as `{ sku, quantity }`. */
  readonly asked?: Readonly<Record<string, unknown>>
}

/** What an order's answer said. */
export type OrderSeen = {
  readonly id: string
  readonly status: string
  readonly total: number
  readonly items: readonly {
    readonly sku: string
    readonly quantity: number
    readonly unitPrice: number
  }[]
}

export type Completion = {
  readonly type: Outcome
  readonly id: number
  readonly at: number
  readonly process: string
  readonly op: string
  /** 0 when no answer came. */
  readonly status: number
  readonly code?: string
  /** Whose order the answer is about. */
  readonly order?: OrderSeen
  /** Hash of the answer's body. */
  readonly body?: string
  readonly replayed?: true
  /** Canaries in the answer that are not the caller's. */
  readonly foreign?: readonly string[]
  /** Quantities by sku, where the answer is a cart. */
  readonly cart?: Readonly<Record<string, number>>
  readonly error?: string
}

/** Faults and phases, for the timeline. */
type Note = {
  readonly type: 'note'
  readonly at: number
  readonly what: 'phase' | 'armed' | 'healed' | 'recovered' | 'platform'
  readonly name: string
  readonly facts?: Readonly<Record<string, unknown>>
}

export type Entry = Invoke | Completion | Note

/** An operation from its invocation to its end; one without an end is `info`. */
export type Operation = Omit<Invoke, 'type'> & {
  readonly outcome: Outcome
  readonly ended: number
} & Pick<
    Completion,
    'status' | 'code' | 'order' | 'body' | 'replayed' | 'foreign' | 'cart' | 'error'
  >

/** Pairs invocations with completions. */
export const operationsOf = (entries: readonly Entry[]): readonly Operation[] => {
  const ends = new Map<number, Completion>()
  for (const entry of entries) {
    if (entry.type !== 'invoke' && entry.type !== 'note') ends.set(entry.id, entry)
  }
  return entries
    .filter((entry) => entry.type === 'invoke')
    .map((invoke) => {
      const end = ends.get(invoke.id)
      return end
        ? { ...end, ...invoke, outcome: end.type, ended: end.at }
        : { ...invoke, outcome: 'info' as const, ended: Infinity, status: 0 }
    })
}

/** Writes what happens, line by line, and keeps it. */
export type History = AsyncDisposable & {
  readonly entries: readonly Entry[]
  readonly now: () => number
  /** `performance.now()` of the history's first moment. */
  readonly began: number
  readonly add: (entry: Entry) => void
  readonly note: (what: Note['what'], name: string, facts?: Note['facts']) => void
  readonly nextId: () => number
}

export const openHistory = (file: string): History => {
  const began = performance.now()
  const entries: Entry[] = []
  const stream = createWriteStream(file)
  const now = () => Math.round((performance.now() - began) * 10) / 10
  const add = (entry: Entry) => {
    entries.push(entry)
    stream.write(`${JSON.stringify(entry)}\n`)
  }
  let ids = 0
  return {
    entries,
    now,
    began,
    add,
    note: (what, name, facts) =>
      add({ type: 'note', at: now(), what, name, ...(facts === undefined ? {} : { facts }) }),
    nextId: () => (ids += 1),
    [Symbol.asyncDispose]: async () => {
      stream.end()
      await finished(stream)
    },
  }
}
