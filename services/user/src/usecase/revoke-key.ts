import { keyAudit, keysCommand } from '../model/audit.ts'
import { KeyNotFound } from '../model/errors.ts'
import type { SigningKey } from '../model/signing-key.ts'
import { rotateKeys } from './rotate-keys.ts'

type Deps = Parameters<typeof rotateKeys>[0]

/** Whoever holds a stolen key does not wait: a replica that moves the keys meanwhile is no reason to refuse. */
const mostTries = 5

/**
 * Takes a key out of use that somebody else may have: its tokens are refused as soon as verifiers have asked for the keys again, five
 * seconds later. The next key takes over from an active one at once; who gets a token in these seconds may have to get another.
 * Sessions go on, since no key gives out what they live by.
 * @throws KeyNotFound
 */
export const revokeKey = (deps: Deps) => {
  const { keys, clock, log } = deps
  const rotate = rotateKeys(deps)

  /** @returns false when a replica has moved the keys meanwhile, and nothing was done */
  const takeOut = async ({ kid, slot }: SigningKey): Promise<boolean> => {
    const at = clock.now()
    const revoked = keyAudit('key.revoke', kid, at, { from: slot }, keysCommand)
    if (slot !== 'active') {
      await keys.forget(kid, revoked)
      return true
    }
    const next = (await keys.all()).find((key) => key.slot === 'next')
    if (!next) return false
    const promoted = { from: 'next', to: 'active' } as const
    return keys.replace({ active: kid, next: next.kid, at }, [
      revoked,
      keyAudit('key.promote', next.kid, at, promoted, keysCommand),
    ])
  }

  return async (kid: string): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await rotate() // there must be a next key
      const key = (await keys.all()).find((each) => each.kid === kid)
      if (!key) throw new KeyNotFound()
      if (await takeOut(key)) {
        log.warn({ event: 'keys.revoked', kid, slot: key.slot }, 'signing key revoked')
        return rotate()
      }
    }
    throw new Error('The keys are changing at this moment: try again')
  }
}
