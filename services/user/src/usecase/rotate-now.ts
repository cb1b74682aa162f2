import { keyAudit, keysCommand } from '../model/audit.ts'
import type { Ports } from '../model/ports.ts'
import { promotionAt, type SigningKey } from '../model/signing-key.ts'
import { rotateKeys } from './rotate-keys.ts'

type Deps = Parameters<typeof rotateKeys>[0]

/** How far a rotation is. */
export type RotationState = {
  /** The key that signs. */
  readonly active: SigningKey
  /** The one that takes over, and when. */
  readonly next: SigningKey
  readonly at: Date
}

const inSlot = (keys: readonly SigningKey[], slot: SigningKey['slot']): SigningKey => {
  const key = keys.find((each) => each.slot === slot)
  if (!key)
    throw new Error(`There is no ${slot} signing key: another replica is at work, try again`)
  return key
}

/** @returns what signs and what comes next */
export const rotationState =
  ({ keys }: Pick<Ports, 'keys'>) =>
  async (): Promise<RotationState> => {
    const all = await keys.all()
    const [active, next] = [inSlot(all, 'active'), inSlot(all, 'next')]
    return { active, next, at: promotionAt(active, next) }
  }

/**
 * Has the next key take over as soon as every verifier knows it: at once when it has been published long enough. Asked for and noted,
 * so that the services go on with it when the caller does not wait. Repeatable: while one is asked for, it is the same.
 * @returns the key that signed before
 */
export const rotateNow = (deps: Deps) => {
  const rotate = rotateKeys(deps)
  const state = rotationState(deps)
  return async (): Promise<SigningKey> => {
    await rotate() // there may be no next key yet
    const { active } = await state()
    const at = deps.clock.now()
    const entry = keyAudit('key.rotate', active.kid, at, {}, keysCommand)
    await deps.keys.askRotation(active.kid, at, entry)
    await rotate()
    return active
  }
}
