import type { Ids } from '@micromart/kernel'
import { type ArmedFault, hits } from '../model/fault.ts'
import type { Faults } from '../model/ports.ts'

/** Faults for the next requests, kept by the process: a simulator that was killed is well again. */
export const faultsMemory = (ids: Ids): Faults => {
  const armed = new Map<string, ArmedFault>()
  const list = () => [...armed.values()]
  return {
    arm: (fault) => {
      const kept = { ...fault, id: ids.next(), fired: 0 }
      armed.set(kept.id, kept)
      return kept
    },
    list,
    disarm: () => armed.clear(),
    waitFor: (operation) =>
      list().some((fault) => fault.operation === operation && fault.fired < fault.times),
    hit: (target) => {
      const fault = list().find((each) => hits(each, target))
      if (fault === undefined) return undefined
      const fired = { ...fault, fired: fault.fired + 1 }
      armed.set(fault.id, fired)
      return fired
    },
  }
}
