import { keyAudit, keysCommand } from '../model/audit.ts'
import { KeyNotFound } from '../model/errors.ts'
import type { SigningKey } from '../model/signing-key.ts'
import { rotateKeys } from './rotate-keys.ts'

type Deps = Parameters<typeof rotateKeys>[0]

/**
 * Takes a key out of use that somebody else may have: its tokens are refused as soon as verifiers have asked for the keys again, five
 * seconds later. The next key takes over from an active one at once; who gets a token in these seconds may have to get another.
 * Sessions go on, since no key gives out what they live by.
 * @throws KeyNotFound
 */
export const revokeKey = (deps: Deps) => {
  const { keys, clock, log } = deps
  const rotate = rotateKeys(deps)

  const takeOut = async ({ kid, slot }: SigningKey): Promise<void> => {
    const at = clock.now()
    const revoked = keyAudit('key.revoke', kid, at, { from: slot }, keysCommand)
    if (slot !== 'active') return keys.forget(kid, revoked)
    const next = (await keys.all()).find((key) => key.slot === 'next')
    const promoted = { from: 'next', to: 'active' } as const
    const replaced =
      next !== undefined &&
      (await keys.replace({ active: kid, next: next.kid, at }, [
        revoked,
        keyAudit('key.promote', next.kid, at, promoted, keysCommand),
      ]))
    if (!replaced) throw new Error('The keys are changing at this moment: try again')
  }

  return async (kid: string): Promise<void> => {
    await rotate() // there must be a next key
    const key = (await keys.all()).find((each) => each.kid === kid)
    if (!key) throw new KeyNotFound()
    await takeOut(key)
    log.warn({ event: 'keys.revoked', kid, slot: key.slot }, 'signing key revoked')
    await rotate()
  }
}
