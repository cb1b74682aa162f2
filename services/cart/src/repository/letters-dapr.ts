import { hash } from 'node:crypto'
import type { StateStore } from '@micromart/dapr'
import {
  type DeadLetter,
  type DeadLetters,
  type DeadLetterState,
  decodeCursor,
  DomainError,
  encodeCursor,
  type EventFailure,
  type NewDeadLetter,
} from '@micromart/kernel'
import type { AuditLog } from './audit-dapr.ts'
import { type Entries, entriesDapr } from './entries.ts'
import {
  type EventRecord,
  indexFrom,
  type LetterIndex,
  recordFrom,
  type StoredFailure,
  type StoredLetter,
} from './stored-letter.ts'
import { storedWith } from './stored-json.ts'

/** Failures of events that came through in the end are of no use after two days. */
const failureSeconds = 2 * 24 * 60 * 60

/** What somebody decided about a letter is in the audit log, too. */
const decidedSeconds = 90 * 24 * 60 * 60

/** Open letters beyond these wait in their topic; of the decided ones the oldest are forgotten. */
const mostLetters = 5_000
const mostFailures = 1_000

type Store = {
  readonly records: Entries<RecordKey, EventRecord>
  readonly index: Entries<IndexKey, LetterIndex>
}

type RecordKey = `letter:${string}`
type IndexKey = 'letters'

/** An event's id may be anything printable, and Dapr refuses a key with `||`. */
const keyOf = (eventId: string): RecordKey => `letter:${hash('sha256', eventId, 'hex')}`

const empty: LetterIndex = { lastSeq: 0, letters: [], failures: [] }

const busy = () => new DomainError('conflict', 'letters_busy')

const summed = (
  before: StoredFailure | undefined,
  { topic, reason, attempts, at }: EventFailure,
): StoredFailure => ({
  topic,
  reason,
  attempts: (before?.attempts ?? 0) + attempts,
  firstFailedAt: before?.firstFailedAt ?? at,
  lastFailedAt: at,
})

const newLetter = (
  { topic, payload, traceparent, at }: NewDeadLetter,
  failure: StoredFailure | undefined,
): StoredLetter => ({
  topic: topic ?? failure?.topic ?? '',
  payload,
  ...(traceparent === undefined ? {} : { traceparent }),
  receivedAt: at,
  state: 'open',
  decisions: [],
})

const letterOf = ({ id, letter, failure }: EventRecord): DeadLetter | undefined =>
  letter && {
    id,
    topic: letter.topic,
    payload: letter.payload,
    traceparent: letter.traceparent,
    reason: failure?.reason ?? 'unrecorded',
    attempts: failure?.attempts ?? 0,
    firstFailedAt: failure?.firstFailedAt ?? letter.receivedAt,
    lastFailedAt: failure?.lastFailedAt ?? letter.receivedAt,
    state: letter.state,
    decisions: letter.decisions,
  }

/** Room for one more letter: the oldest decided one goes. @throws DomainError unavailable when all wait for somebody */
const withRoom = (letters: LetterIndex['letters']): LetterIndex['letters'] => {
  if (letters.length < mostLetters) return letters
  const oldest = letters.find(({ state }) => state !== 'open')
  if (!oldest) throw new DomainError('unavailable', 'letters_full')
  return letters.filter((each) => each !== oldest)
}

const listed = (index: LetterIndex, id: string): LetterIndex => {
  const lastSeq = index.lastSeq + 1
  return {
    lastSeq,
    letters: [...withRoom(index.letters), { seq: lastSeq, id, state: 'open' }],
    failures: index.failures.filter((failure) => failure.id !== id),
  }
}

/** Record first, index second: a crash in between is mended when the event comes again. */
const keep =
  ({ records, index }: Store): DeadLetters['keep'] =>
  async (arrived) => {
    const { id } = arrived
    await records.change(keyOf(id), (known) => {
      if (known?.letter) return { entry: undefined, result: undefined }
      const letter = newLetter(arrived, known?.failure)
      return { entry: { ...known, id, letter }, result: undefined }
    })
    await index.change('letters', (known = empty) => {
      const isListed = known.letters.some((letter) => letter.id === id)
      return { entry: isListed ? undefined : listed(known, id), result: undefined }
    })
  }

const noteFailure =
  ({ records, index }: Store): DeadLetters['noteFailure'] =>
  async (failure) => {
    const { eventId: id, at } = failure
    const isLetter = await records.change(keyOf(id), (known) => ({
      entry: { ...known, id, failure: summed(known?.failure, failure) },
      result: known?.letter !== undefined,
    }))
    if (isLetter) return
    const oldest = at.getTime() - failureSeconds * 1_000
    await index.change('letters', (known = empty) => {
      const others = known.failures.filter((each) => each.id !== id && each.at.getTime() > oldest)
      const failures = [...others, { id, at }].slice(-mostFailures)
      return { entry: { ...known, failures }, result: undefined }
    })
  }

const stateAfter = {
  replayed: 'replayed',
  replay_failed: 'open',
  discarded: 'discarded',
} as const satisfies { readonly [action: string]: DeadLetterState }

const noteState = ({ index }: Store, id: string, state: DeadLetterState): Promise<void> =>
  index.change('letters', (known = empty) => {
    const isSaid = known.letters.every((each) => each.id !== id || each.state === state)
    const letters = known.letters.map((each) => (each.id === id ? { ...each, state } : each))
    return { entry: isSaid ? undefined : { ...known, letters }, result: undefined }
  })

/** The audit log follows the decision: after a crash in between it stands in the letter alone. */
const decide =
  (store: Store, audit: Pick<AuditLog, 'add'>): DeadLetters['decide'] =>
  async (id, decision, entry) => {
    const { counts, state } = await store.records.change(keyOf(id), (known) => {
      const { letter } = known ?? {}
      if (!known || letter?.state !== 'open') {
        return { entry: undefined, result: { counts: false, state: letter?.state } }
      }
      const next = stateAfter[decision.action]
      const decided = { ...letter, state: next, decisions: [...letter.decisions, decision] }
      return { entry: { ...known, letter: decided }, result: { counts: true, state: next } }
    })
    if (counts) await audit.add(entry)
    if (state) await noteState(store, id, state)
    return counts
  }

const placeOf = (cursor: string | undefined, boundTo: string): number => {
  const place = cursor === undefined ? undefined : decodeCursor(cursor, boundTo)
  return typeof place === 'number' ? place : Infinity
}

/** Reads letters until there are enough of the wanted state; what the index has wrong is put right on the way. */
const list =
  (store: Store): DeadLetters['list'] =>
  async ({ state, limit, cursor }) => {
    const boundTo = state ?? ''
    const before = placeOf(cursor, boundTo)
    const { letters } = (await store.index.read('letters')) ?? empty
    const isWanted = (found: DeadLetterState) => state === undefined || found === state
    const items: { seq: number; letter: DeadLetter }[] = []
    for (const { seq, id, state: said } of letters.toReversed()) {
      if (seq >= before || !isWanted(said) || items.length > limit) continue
      const record = await store.records.read(keyOf(id))
      const letter = record && letterOf(record)
      if (letter && letter.state !== said) await noteState(store, id, letter.state)
      if (letter && isWanted(letter.state)) items.push({ seq, letter })
    }
    const page = items.slice(0, limit)
    const last = items.length > limit ? page.at(-1) : undefined
    return {
      items: page.map(({ letter }) => letter),
      nextCursor: last && encodeCursor(last.seq, boundTo),
    }
  }

const prune =
  (state: StateStore, { index }: Store): DeadLetters['prune'] =>
  async (before) => {
    const gone = await index.change('letters', (known = empty) => {
      const old = known.failures.filter(({ at }) => at < before)
      const failures = known.failures.filter(({ at }) => at >= before)
      return { entry: old.length > 0 ? { ...known, failures } : undefined, result: old }
    })
    for (const { id } of gone) {
      const found = await state.get(keyOf(id))
      if (found && !recordFrom(found.value).letter) await state.remove(keyOf(id), found.etag)
    }
  }

const ttlSeconds = ({ letter }: EventRecord): number => {
  if (!letter) return failureSeconds
  return letter.state === 'open' ? -1 : decidedSeconds
}

/**
 * The cart's dead letters in the Dapr state store: one record an event, and an index of them. Failures that became no letter are
 * forgotten after two days, decided letters after ninety.
 */
export const lettersDapr = (state: StateStore, audit: Pick<AuditLog, 'add'>): DeadLetters => {
  const form = { to: storedWith, busy }
  const store: Store = {
    records: entriesDapr(state, {
      ...form,
      from: recordFrom,
      ttlSeconds,
    }),
    index: entriesDapr(state, { ...form, from: indexFrom, ttlSeconds: () => -1 }),
  }
  return {
    noteFailure: noteFailure(store),
    lastReason: async (eventId) => (await store.records.read(keyOf(eventId)))?.failure?.reason,
    keep: keep(store),
    list: list(store),
    get: async (id) => {
      const record = await store.records.read(keyOf(id))
      return record && letterOf(record)
    },
    decide: decide(store, audit),
    countOpen: async () => {
      const { letters } = (await store.index.read('letters')) ?? empty
      return letters.filter(({ state: said }) => said === 'open').length
    },
    prune: prune(state, store),
  }
}
