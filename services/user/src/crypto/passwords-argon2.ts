import { hash, parseOptions, verify } from '@node-rs/argon2'
import type { Hasher, Passwords } from '../model/ports.ts'
import { hashQueue, type QueueLimits } from './hash-queue.ts'

/** Parameters of argon2id (RFC 9106). */
export type HashCost = {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

const argon2id = 2 // `Algorithm` is a const enum: it exists in the types only

const optionsOf = ({ memoryKib, passes, lanes }: HashCost) => ({
  algorithm: argon2id,
  memoryCost: memoryKib,
  timeCost: passes,
  parallelism: lanes,
})

const isOld = (cost: HashCost, phc: string): boolean => {
  const was = parseOptions(phc)
  return (
    was.algorithm !== argon2id ||
    was.memoryCost !== cost.memoryKib ||
    was.timeCost !== cost.passes ||
    was.parallelism !== cost.lanes
  )
}

/**
 * argon2id from the system's thread pool, in bounded turns.
 * An unknown account is compared with a hash of a random text, which costs the same (S6).
 */
export const passwordsArgon2 = async (
  cost: HashCost,
  limits: QueueLimits,
  randomText: string,
): Promise<Passwords & { readonly waiting: () => number }> => {
  const options = optionsOf(cost)
  const nobody = await hash(randomText, options)
  const hasher: Hasher = {
    hash: (password) => hash(password, options),
    matches: async (password, stored) => {
      const same = await verify(stored ?? nobody, password)
      return same && stored !== undefined
    },
    isOld: (stored) => isOld(cost, stored),
  }
  const { inTurn, waiting } = hashQueue(limits)
  return { inTurn: (work) => inTurn(() => work(hasher)), waiting }
}
