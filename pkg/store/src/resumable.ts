import { type Clock, DomainError, type ErrorKind, systemClock, systemIds } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import {
  addKey,
  dropKey,
  freezeKey,
  readKey,
  type RequestKey,
  takeOverKey,
  unlockKey,
} from './idempotency-rows.ts'
import {
  countKeyed,
  finalEnd,
  frozenOf,
  inProgress,
  type KeyedAnswers,
  type KeyedCall,
  type Kept,
  replayOf,
  requireSame,
} from './idempotency.ts'
import { inStatement } from './transaction.ts'

export type ResumableOptions = {
  /** How long an attempt may take before a repeat goes on in its place; longer than the handler's deadline. Default 30 s. */
  readonly lockMs?: number
  readonly clock?: Clock
}

type Claim = { readonly id: string; readonly owner: string; readonly resumed: boolean }

/** Errors that say that nothing was begun, or that another request is in the way: the key may come again with another body. */
const bindsNothing: ReadonlySet<ErrorKind> = new Set([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'already_exists',
  'conflict',
])

const secondsUntil = (until: Date | null, now: Date): number =>
  Math.ceil(((until?.getTime() ?? 0) - now.getTime()) / 1000)

/** The statements of keys whose rows commit by themselves: the attempt lies between them. */
const attempts = (db: DataSource, { lockMs, clock }: Required<ResumableOptions>) => {
  const lockedUntil = () => new Date(clock.now().getTime() + lockMs)

  const begin = async (call: RequestKey): Promise<Claim | undefined> => {
    const owner = systemIds.next()
    const row = { ...call, owner, lockedUntil: lockedUntil(), at: clock.now() }
    const added = await inStatement(db, (tx) => addKey(tx, row))
    return added ? { id: call.id, owner, resumed: false } : undefined
  }

  const resume = async (id: string, from: string): Promise<Claim | undefined> => {
    const to = systemIds.next()
    const claim = { from, to, at: clock.now(), lockedUntil: lockedUntil() }
    const taken = await inStatement(db, (tx) => takeOverKey(tx, id, claim))
    return taken ? { id, owner: to, resumed: true } : undefined
  }

  return {
    claim: async <T>(call: KeyedCall<T>): Promise<Claim | Kept<T>> => {
      const row = await inStatement(db, (tx) => readKey(tx, call.id))
      if (row) requireSame(row, call)
      if (row?.frozen) return replayOf(row.frozen, call)
      const claim = row ? await resume(call.id, row.owner) : await begin(call)
      if (claim) return claim
      throw inProgress(call.handler, secondsUntil(row?.lockedUntil ?? null, clock.now()))
    },
    /** An answer is told only when it is kept; who was overtaken tells the other's. */
    freeze: async <T>(claim: Claim, call: KeyedCall<T>, kept: Kept<T>): Promise<Kept<T>> => {
      const frozen = frozenOf(kept, call)
      if (await inStatement(db, (tx) => freezeKey(tx, claim, frozen))) return kept
      const row = await inStatement(db, (tx) => readKey(tx, call.id))
      if (row?.frozen) return replayOf(row.frozen, call)
      throw inProgress(call.handler, 1)
    },
    giveUp: async (claim: Claim, error: unknown): Promise<void> => {
      const isBound =
        claim.resumed || !(error instanceof DomainError) || !bindsNothing.has(error.kind)
      const end = isBound
        ? inStatement(db, (tx) => unlockKey(tx, claim))
        : inStatement(db, (tx) => dropKey(tx, claim))
      await end.catch(() => undefined) // its time passes by itself
    },
  }
}

/**
 * For work with steps elsewhere. The key's row commits first, locked for a time and by an owner; then the work runs; then
 * its answer is frozen, by the owner only. An attempt that ended without an answer, crashed or overdue, is *resumed* by the
 * next request: work runs again from its start, so each of its steps is keyed and finds what it has done.
 */
export const resumable = (
  db: DataSource,
  { lockMs = 30_000, clock = systemClock }: ResumableOptions = {},
): KeyedAnswers => {
  const { claim, freeze, giveUp } = attempts(db, { lockMs, clock })
  return async (call, work) => {
    const begun = await claim(call)
    if (!('owner' in begun)) return begun
    countKeyed(call.handler, begun.resumed ? 'resumed' : 'first')
    try {
      return await freeze(begun, call, await finalEnd(work))
    } catch (error) {
      await giveUp(begun, error)
      throw error
    }
  }
}
