import assert from 'node:assert/strict'
import {
  type DeadLetter,
  type DeadLetterDecision,
  type DeadLetters,
  type NewDeadLetter,
  systemIds,
} from '@micromart/kernel'

const first = new Date('2026-03-01T10:00:00.000Z')
const later = new Date('2026-03-01T10:00:05.250Z')
const arrived = new Date('2026-03-01T10:00:06.000Z')

const aLetter = (of: Partial<NewDeadLetter> = {}): NewDeadLetter => ({
  id: systemIds.next(),
  topic: 'order.paid.v1',
  payload: '{"orderId":"é","total":"9007199254740993"}',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  at: arrived,
  ...of,
})

const aFailure = (eventId: string) => ({
  eventId,
  topic: 'order.paid.v1',
  reason: 'order_not_found',
  attempts: 1,
  at: first,
})

const aDecision = (of: Partial<DeadLetterDecision> = {}): DeadLetterDecision => ({
  at: later,
  actor: systemIds.next(),
  action: 'discarded',
  note: 'bought by the tests — ünwanted',
  ...of,
})

const kept = async (letters: DeadLetters, of: Partial<NewDeadLetter> = {}): Promise<string> => {
  const letter = aLetter(of)
  await letters.keep(letter)
  return letter.id
}

const decide = (
  letters: DeadLetters,
  objectId: string,
  decision: DeadLetterDecision,
): Promise<boolean> =>
  letters.decide(objectId, decision, {
    by: { actor: { kind: 'user', id: decision.actor, roles: ['operator'] } },
    at: decision.at,
    action: decision.action === 'discarded' ? 'dead_letter.discard' : 'dead_letter.replay',
    objectId,
  })

const pagesOf = async (letters: DeadLetters, state?: DeadLetter['state']): Promise<string[]> => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await letters.list({ state, limit: 2, cursor })
    assert.ok(page.items.length <= 2)
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return ids
}

type Case = readonly [name: string, run: (letters: DeadLetters) => Promise<void>]

/**
 * What every implementation of the port `DeadLetters` holds to: `it.each(deadLettersContract)('%s', (_, run) => run(letters))`.
 * Each case makes its own letters, but `lists` counts all: give each case an empty store.
 */
export const deadLettersContract: readonly Case[] = [
  [
    'keeps a letter with the failures noted before',
    async (letters) => {
      const letter = aLetter()
      await letters.noteFailure(aFailure(letter.id))
      await letters.noteFailure({
        ...aFailure(letter.id),
        reason: 'database_busy',
        attempts: 2,
        at: later,
      })
      await letters.keep(letter)
      assert.deepEqual(await letters.get(letter.id), {
        id: letter.id,
        topic: 'order.paid.v1',
        payload: letter.payload,
        traceparent: letter.traceparent,
        reason: 'database_busy',
        attempts: 3,
        firstFailedAt: first,
        lastFailedAt: later,
        state: 'open',
        decisions: [],
      } satisfies DeadLetter)
    },
  ],
  [
    'tells the last reason that was noted of an event',
    async (letters) => {
      const id = systemIds.next()
      assert.equal(await letters.lastReason(id), undefined)
      await letters.noteFailure(aFailure(id))
      await letters.noteFailure({ ...aFailure(id), reason: 'database_busy' })
      assert.equal(await letters.lastReason(id), 'database_busy')
    },
  ],
  [
    'keeps a letter of which nothing is known',
    async (letters) => {
      const id = await kept(letters, { traceparent: undefined })
      const letter = await letters.get(id)
      assert.equal(letter?.reason, 'unrecorded')
      assert.equal(letter?.attempts, 0)
      assert.equal(letter?.traceparent, undefined)
      assert.deepEqual([letter?.firstFailedAt, letter?.lastFailedAt], [arrived, arrived])
    },
  ],
  [
    'knows the topic of a letter by its failures, when the broker does not say it',
    async (letters) => {
      const id = systemIds.next()
      await letters.noteFailure(aFailure(id))
      await kept(letters, { id, topic: undefined })
      assert.equal((await letters.get(id))?.topic, 'order.paid.v1')
    },
  ],
  [
    'keeps one letter per event, however often it arrives, and leaves a decided one decided',
    async (letters) => {
      const id = await kept(letters)
      await kept(letters, { id })
      assert.equal(await letters.countOpen(), 1)
      assert.equal(await decide(letters, id, aDecision()), true)
      await kept(letters, { id })
      assert.equal((await letters.get(id))?.state, 'discarded')
      assert.equal(await letters.countOpen(), 0)
    },
  ],
  [
    'writes decisions down in their order; a failed replay leaves the letter open',
    async (letters) => {
      const id = await kept(letters)
      const failed = aDecision({ action: 'replay_failed', note: 'order_not_found' })
      const replayed = aDecision({ action: 'replayed', note: '' })
      assert.equal(await decide(letters, id, failed), true)
      assert.equal((await letters.get(id))?.state, 'open')
      assert.equal(await decide(letters, id, replayed), true)
      const letter = await letters.get(id)
      assert.equal(letter?.state, 'replayed')
      assert.deepEqual(letter?.decisions, [failed, replayed])
    },
  ],
  [
    'closes a letter once: of decisions at the same time one counts, and only it is written down',
    async (letters) => {
      const id = await kept(letters)
      const decisions = Array.from({ length: 5 }, () => aDecision())
      const counted = await Promise.all(decisions.map((one) => decide(letters, id, one)))
      assert.equal(counted.filter(Boolean).length, 1)
      const letter = await letters.get(id)
      assert.deepEqual(letter?.decisions, [decisions[counted.indexOf(true)]])
      assert.equal(await decide(letters, id, aDecision({ action: 'replay_failed' })), false)
    },
  ],
  [
    'finds no letter and decides about none that it does not have',
    async (letters) => {
      assert.equal(await letters.get(systemIds.next()), undefined)
      assert.equal(await decide(letters, systemIds.next(), aDecision()), false)
    },
  ],
  [
    'lists letters newest first, page by page, by state',
    async (letters) => {
      const ids: string[] = []
      for (let at = 0; at < 5; at += 1) ids.unshift(await kept(letters))
      assert.deepEqual(await pagesOf(letters), ids)
      const [newest = '', ...rest] = ids
      await decide(letters, newest, aDecision())
      assert.deepEqual(await pagesOf(letters, 'open'), rest)
      assert.deepEqual(await pagesOf(letters, 'discarded'), [newest])
      assert.deepEqual(await pagesOf(letters, 'replayed'), [])
    },
  ],
  [
    'refuses a cursor of another list',
    async (letters) => {
      for (let at = 0; at < 3; at += 1) await kept(letters)
      const { nextCursor: cursor } = await letters.list({ limit: 1 })
      const invalid = { kind: 'invalid', code: 'cursor_invalid' }
      await assert.rejects(letters.list({ limit: 1, cursor, state: 'open' }), invalid)
      await assert.rejects(letters.list({ limit: 1, cursor: 'no cursor' }), invalid)
    },
  ],
  [
    'forgets old failures, but not those of a letter',
    async (letters) => {
      const id = await kept(letters)
      const gone = systemIds.next()
      await letters.noteFailure(aFailure(id))
      await letters.noteFailure(aFailure(gone))
      await letters.prune(later)
      assert.equal((await letters.get(id))?.reason, 'order_not_found')
      await kept(letters, { id: gone })
      assert.equal((await letters.get(gone))?.reason, 'unrecorded')
    },
  ],
]
