import { counter } from '@micromart/contracts/telemetry'
import { type Clock, DomainError, systemClock, systemIds } from '@micromart/kernel'
import { context, trace } from '@opentelemetry/api'
import type { DataSource } from 'typeorm'
import { isLockTimeout } from './faults.ts'
import {
  addKey,
  type Frozen,
  freezeKey,
  type KeyRow,
  readKey,
  refusalBytes,
  refusalOf,
  type RequestKey,
} from './idempotency-rows.ts'
import { alone } from './table.ts'
import { asOneTransaction, inTransaction } from './transaction.ts'

/** How an answer is written and read again; ts-proto's message objects behind `encode(...).finish()` fit. */
export type Codec<T> = {
  readonly encode: (answer: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => T
}

/** A request that may come again, and how its answer is kept. */
export type KeyedCall<T> = RequestKey & { readonly codec: Codec<T> }

/** What a keyed request ends with: of the first one's work, or of an earlier one's (`replayed`). */
export type Kept<T> =
  | { readonly replayed: boolean; readonly answer: T }
  | { readonly replayed: boolean; readonly refusal: DomainError }

/**
 * Keeps answers by key: work runs for the first request, and its repeats get the same answer. An answer and a refusal of
 * kind precondition are final; any other error binds nothing.
 * @throws DomainError precondition `idempotency_mismatch`: the key came with another request; conflict
 *   `idempotency_in_progress` with `retryAfter`: the first is under way; and what work throws
 */
export type KeyedAnswers = <T>(call: KeyedCall<T>, work: () => Promise<T>) => Promise<Kept<T>>

export type Outcome = 'first' | 'replayed' | 'resumed' | 'mismatch' | 'in_progress'

/** Counts what became of keyed requests. */
export const countKeyed = (handler: string, outcome: Outcome): void =>
  counter('micromart_idempotency_total').add(1, { handler, outcome })

export const inProgress = (handler: string, retryAfter: number): DomainError => {
  countKeyed(handler, 'in_progress')
  const seconds = String(Math.max(1, retryAfter))
  return new DomainError('conflict', 'idempotency_in_progress', { retryAfter: seconds })
}

/** @throws DomainError precondition `idempotency_mismatch` */
export const requireSame = (row: KeyRow, { fingerprint, handler }: RequestKey): void => {
  if (row.fingerprint === fingerprint) return
  countKeyed(handler, 'mismatch')
  throw new DomainError('precondition', 'idempotency_mismatch')
}

/** The frozen answer of a row as a repeat gets it. */
export const replayOf = <T>(frozen: Frozen, { codec, handler }: KeyedCall<T>): Kept<T> => {
  countKeyed(handler, 'replayed')
  return frozen.outcome === 'answer'
    ? { replayed: true, answer: codec.decode(frozen.bytes) }
    : { replayed: true, refusal: refusalOf(frozen.bytes) }
}

/** A problem names the trace that it happened in; its repeats are the same to the byte, so the frozen refusal carries it. */
const traced = (refusal: DomainError): DomainError => {
  const traceId = trace.getSpanContext(context.active())?.traceId
  if (traceId === undefined) return refusal
  const { kind, code, params, fields } = refusal
  return new DomainError(kind, code, { ...params, traceId }, { fields, cause: refusal })
}

/** Runs work to an end that is final; throws what is not. */
export const finalEnd = async <T>(work: () => Promise<T>): Promise<Kept<T>> => {
  try {
    return { replayed: false, answer: await work() }
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'precondition') throw error
    return { replayed: false, refusal: traced(error) }
  }
}

export const frozenOf = <T>(kept: Kept<T>, { codec }: KeyedCall<T>): Frozen =>
  'refusal' in kept
    ? { outcome: 'refusal', bytes: refusalBytes(kept.refusal) }
    : { outcome: 'answer', bytes: codec.encode(kept.answer) }

const replayOrWait = <T>(row: KeyRow | undefined, call: KeyedCall<T>): Kept<T> => {
  if (row) requireSame(row, call)
  if (row?.frozen) return replayOf(row.frozen, call)
  throw inProgress(call.handler, 1)
}

/**
 * For an effect that is one local transaction: key, effect and frozen answer commit together, so that there is never one
 * without the others. All that work does in this database takes part; it must do nothing elsewhere (see `resumable`).
 * A repeat that comes meanwhile waits for the first one's commit, at most as long as for any lock.
 */
export const idempotent =
  (db: DataSource, { clock = systemClock }: { readonly clock?: Clock } = {}): KeyedAnswers =>
  async (call, work) => {
    const earlier = await alone(() => readKey(db, call.id))
    if (earlier) return replayOrWait(earlier, call)
    return asOneTransaction(db, async (tx) => {
      const owner = systemIds.next()
      const row = { ...call, owner, lockedUntil: null, at: clock.now() }
      const isFirst = await addKey(tx, row).catch((error: unknown) => {
        throw isLockTimeout(error) ? inProgress(call.handler, 1) : error
      })
      if (!isFirst) return replayOrWait(await readKey(tx, call.id), call)
      const kept = await finalEnd(() => inTransaction(db, work)) // a refusal takes its writes back
      await freezeKey(tx, row, frozenOf(kept, call))
      countKeyed(call.handler, 'first')
      return kept
    })
  }
