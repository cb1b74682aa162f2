import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DomainError, systemClock } from '@micromart/kernel'
import {
  keyContract,
  type KeyedFate,
  type KeyedReply,
  type KeyedRequest,
  type KeyedSubject,
} from '@micromart/testing'
import {
  idempotent,
  inTransaction,
  type KeyedAnswers,
  pruneIdempotency,
  resumable,
} from '../src/index.ts'
import { eventually, openStore, type TestStore } from './test-database.ts'

const codec = {
  encode: (answer: string) => Buffer.from(answer),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}

const fates: Readonly<Record<KeyedFate, () => DomainError>> = {
  refusal: () => new DomainError('precondition', 'out_of_stock'),
  'bad input': () => new DomainError('invalid', 'quantity_invalid'),
  outage: () => new DomainError('unavailable', 'dependency_unavailable'),
}

const callOf = ({ key, body, principal, route }: KeyedRequest) => ({
  id: createHash('sha256')
    .update(JSON.stringify([principal, route, key]))
    .digest('hex'),
  fingerprint: body,
  handler: 'Count',
  codec,
})

const replyOf = async (kept: ReturnType<KeyedAnswers>): Promise<KeyedReply> => {
  try {
    const { replayed, ...end } = await kept
    if ('refusal' in end) return { outcome: end.refusal.code, isRefusal: true, replayed }
    return { outcome: String(end.answer), isRefusal: false, replayed }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return { outcome: error.code, isRefusal: true, replayed: false }
  }
}

const lockMs = 10_000

/** Counts in the database of the keys, which is all that its work does. */
const subjectOn = (
  { db }: TestStore,
  way: (clock: { now: () => Date }) => KeyedAnswers,
): KeyedSubject => {
  let ahead = 0
  const clock = { now: () => new Date(systemClock.now().getTime() + ahead) }
  const answers = way(clock)
  let fate: KeyedFate | undefined
  let held: { readonly reached: () => void; readonly until: Promise<void> } | undefined

  const count = () =>
    inTransaction(db, async (tx) => {
      await tx.query(
        `INSERT INTO counters VALUES ('n', 1) ON DUPLICATE KEY UPDATE value = value + 1`,
      )
      const [row] = await tx.query<{ value: string }[]>('SELECT value FROM counters')
      return `answer ${row?.value}`
    })
  const work = async (): Promise<string> => {
    const [met, stop] = [fate, held]
    fate = held = undefined
    stop?.reached()
    await stop?.until
    if (met) throw fates[met]()
    return count()
  }
  const send = (request: KeyedRequest) => replyOf(answers(callOf(request), work))
  return {
    send,
    effects: async () => {
      const [row] = await db.query<{ value: string }[]>('SELECT value FROM counters')
      return Number(row?.value ?? 0)
    },
    meets: (met) => {
      fate = met
    },
    holds: () => {
      const [reached, until] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      held = { reached: reached.resolve, until: until.promise }
      return { reached: reached.promise, letGo: until.resolve }
    },
    dies: async (request) => {
      const never = new Promise<string>(() => {})
      void answers(callOf(request), () => never)
      await eventually(async () => {
        const rows = await db.query<unknown[]>('SELECT id FROM idempotency_keys')
        return rows.length === 1
      })
    },
    waits: () => {
      ahead += lockMs + 1_000
    },
    forgets: async () => {
      const twoDays = new Date(clock.now().getTime() + 48 * 3_600_000 + 1_000)
      expect(await pruneIdempotency(db, twoDays)).toBe(1)
    },
  }
}

let store: TestStore
beforeAll(async () => {
  store = await openStore()
})
beforeEach(async () => {
  for (const table of ['counters', 'idempotency_keys']) await store.db.query(`DELETE FROM ${table}`)
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

describe('keys of a local transaction', () => {
  const traits = { repeatMeanwhile: 'waits', mayDie: false, hasRoutes: true } as const
  it.each(keyContract(traits))('%s', (_name, run) =>
    run(subjectOn(store, (clock) => idempotent(store.db, { clock }))),
  )
})

describe('keys of attempts that can be resumed', () => {
  const traits = { repeatMeanwhile: 'is told to come back', mayDie: true, hasRoutes: true } as const
  it.each(keyContract(traits))('%s', (_name, run) =>
    run(subjectOn(store, (clock) => resumable(store.db, { lockMs, clock }))),
  )
})
