import { keyAudit } from '../model/audit.ts'
import type { Ports } from '../model/ports.ts'
import { type KeyStep, nextKeyStep } from '../model/signing-key.ts'

type Deps = Pick<Ports, 'keys' | 'keyMaker' | 'clock' | 'log'>

const mostSteps = 10 // a few suffice; more would be a fault that must not spin

/**
 * Brings the signing keys to where they should be now: makes the first ones, rotates, forgets.
 * Each step is conditional in the store, so replicas may do this side by side and agree.
 */
export const rotateKeys = ({ keys, keyMaker, clock, log }: Deps) => {
  const create = async ({ slot }: Extract<KeyStep, { step: 'create' }>) => {
    const now = clock.now()
    const activeSince = slot === 'active' ? now : undefined
    const made = await keyMaker.make()
    const never = { retiredAt: undefined, rotationAskedAt: undefined }
    const key = { ...made, slot, createdAt: now, activeSince, ...never }
    return keys.add(key, keyAudit('key.create', key.kid, now, { to: slot }))
  }

  const take = async (step: KeyStep): Promise<unknown> => {
    if (step.step === 'create') return create(step)
    const at = clock.now()
    if (step.step === 'forget') {
      return keys.forget(step.kid, keyAudit('key.forget', step.kid, at, { from: 'retired' }))
    }
    const { active, next } = step
    const entry = keyAudit('key.promote', next, at, { from: 'next', to: 'active' })
    return keys.promote({ active, next, at }, entry)
  }

  return async (): Promise<void> => {
    for (let steps = 0; steps < mostSteps; steps += 1) {
      const step = nextKeyStep(await keys.all(), clock.now())
      if (!step) return
      await take(step)
      log.info({ event: 'keys.rotated', ...step }, 'signing keys changed')
    }
  }
}
