import type { Trap, TrapPoint, Verdict } from './edge.ts'

/** The traps of a proxy process and the calls that sit in them. */
export type Traps = {
  readonly set: (trap: Trap) => void
  readonly lift: (id: string) => void
  readonly judge: (id: string, verdict: Verdict) => void
  /** Holds a call that a trap waits for; any other goes on at once. */
  readonly meet: (edge: string, method: string, point: TrapPoint) => Promise<Verdict>
}

/** @param tell is called when a call is held */
export const startTraps = (tell: (id: string) => void): Traps => {
  const waiting = new Map<string, Trap>()
  const held = new Map<string, (verdict: Verdict) => void>()
  return {
    set: (trap) => waiting.set(trap.id, trap),
    lift: (id) => {
      waiting.delete(id)
      held.get(id)?.('forward')
      held.delete(id)
    },
    judge: (id, verdict) => {
      held.get(id)?.(verdict)
      held.delete(id)
    },
    meet: (edge, method, point) => {
      const trap = [...waiting.values()].find(
        (each) => each.edge === edge && each.method === method && each.point === point,
      )
      if (!trap) return Promise.resolve('forward')
      waiting.delete(trap.id) // the first call only
      const verdict = new Promise<Verdict>((resolve) => held.set(trap.id, resolve))
      tell(trap.id)
      return verdict
    },
  }
}
