import type { Trap, TrapPoint, Verdict } from './edge.ts'

/** A call, or a piece of a stream, that may be held. */
type Held = {
  readonly method?: string
  readonly body: Buffer
  /** Gives it to the callee, whoever still waits for the answer. */
  readonly deliver?: () => Promise<unknown>
}

/** The traps of a proxy process and what sits in them. */
export type Traps = {
  readonly set: (trap: Trap) => void
  readonly lift: (id: string) => void
  readonly judge: (id: string, verdict: Verdict) => void
  /** Has a call that hangs before its callee reach it after all, long after its caller has given it up. */
  readonly deliver: (id: string) => Promise<unknown>
  /** Holds what a trap waits for. @returns undefined for all else, which goes on at once */
  readonly meet: (edge: string, what: Held, point: TrapPoint) => Promise<Verdict> | undefined
}

const fits = ({ method, text }: Trap, what: Held): boolean =>
  (method === undefined || method === what.method) &&
  (text === undefined || what.body.includes(text))

/** @param tell is called when something is held */
export const startTraps = (tell: (id: string) => void): Traps => {
  const waiting = new Map<string, Trap>()
  const held = new Map<string, { readonly what: Held; readonly end: (verdict: Verdict) => void }>()
  const late = new Map<string, Held>()

  const judge: Traps['judge'] = (id, verdict) => {
    const found = held.get(id)
    held.delete(id)
    if (verdict === 'hang' && found) late.set(id, found.what)
    found?.end(verdict)
  }

  return {
    set: (trap) => waiting.set(trap.id, trap),
    lift: (id) => {
      waiting.delete(id)
      judge(id, 'forward')
    },
    judge,
    deliver: async (id) => {
      const found = late.get(id)
      late.delete(id)
      return found?.deliver?.()
    },
    meet: (edge, what, point) => {
      const trap = [...waiting.values()].find(
        (each) => each.edge === edge && each.point === point && fits(each, what),
      )
      if (!trap) return undefined
      waiting.delete(trap.id) // the first only
      const verdict = new Promise<Verdict>((end) => held.set(trap.id, { what, end }))
      tell(trap.id)
      return verdict
    },
  }
}
