import assert from 'node:assert/strict'

/** A request as the contract sends it. `body`: what it asks for, beside its key. */
export type KeyedRequest = {
  readonly key: string
  readonly body: 'one' | 'other'
  readonly principal: 'ada' | 'ben'
  readonly route: 'first' | 'second'
}

/** What a request was answered: `outcome` is a text that only the same answer has, or the code of a refusal. */
export type KeyedReply = {
  readonly outcome: string
  readonly isRefusal: boolean
  /** Said to be an earlier request's. */
  readonly replayed: boolean
}

/** What the work of the next new request meets: its state refuses it, its input is bad, or what it needs is away. */
export type KeyedFate = 'refusal' | 'bad input' | 'outage'

/** An implementation of the key rule, with no key in it yet. */
export type KeyedSubject = {
  readonly send: (request: KeyedRequest) => Promise<KeyedReply>
  /** How often a request has had its effect so far. */
  readonly effects: () => Promise<number>
  readonly meets: (fate: KeyedFate) => void
  /** Stops the next new request in the middle of its work, until it is let go. */
  readonly holds: () => { readonly reached: Promise<void>; readonly letGo: () => void }
  /** The process of the next new request dies in the middle of its work. @returns once it has */
  readonly dies?: (request: KeyedRequest) => Promise<void>
  /** The time passes that a dead attempt is waited for. */
  readonly waits?: () => void
  /** The time passes for which keys are kept, or as many others come as are remembered. */
  readonly forgets: () => Promise<void>
}

/** What an implementation is like. */
export type KeyedTraits = {
  /** Of a repeat that comes while the first request runs: it waits for that one's answer, or is told to come back. */
  readonly repeatMeanwhile: 'waits' | 'is told to come back'
  /** An attempt may die between its effect and its answer; otherwise the two are one write. */
  readonly mayDie: boolean
  /** The same key may come on several routes. */
  readonly hasRoutes: boolean
}

type Case = readonly [name: string, run: (subject: KeyedSubject) => Promise<void>]

const first: KeyedRequest = { key: 'the key', body: 'one', principal: 'ada', route: 'first' }
const inProgress = { outcome: 'idempotency_in_progress', isRefusal: true, replayed: false }
const mismatch = { outcome: 'idempotency_mismatch', isRefusal: true, replayed: false }

const isNew = (reply: KeyedReply): void => {
  assert.deepEqual([reply.isRefusal, reply.replayed], [false, false], reply.outcome)
}

const always: readonly Case[] = [
  [
    'gives a repeat the first answer, says so, and does nothing again',
    async ({ send, effects }) => {
      const reply = await send(first)
      isNew(reply)
      for (const _ of [1, 2]) assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 1)
    },
  ],
  [
    'gives a repeat the first refusal, though the state would let it pass by then',
    async ({ send, effects, meets }) => {
      meets('refusal')
      const reply = await send(first)
      assert.deepEqual([reply.isRefusal, reply.replayed], [true, false])
      for (const _ of [1, 2]) assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 0)
    },
  ],
  [
    'refuses another body under the key, which has no effect and takes nothing from the first',
    async ({ send, effects }) => {
      const reply = await send(first)
      assert.deepEqual(await send({ ...first, body: 'other' }), mismatch)
      assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 1)
    },
  ],
  [
    'binds nothing by bad input: the key may come with another body',
    async ({ send, effects, meets }) => {
      meets('bad input')
      const reply = await send(first)
      assert.deepEqual([reply.isRefusal, reply.replayed], [true, false])
      isNew(await send({ ...first, body: 'other' }))
      assert.equal(await effects(), 1)
    },
  ],
  [
    'keeps no outage for an answer: the repeat has the effect, once',
    async ({ send, effects, meets }) => {
      meets('outage')
      assert.equal((await send(first)).isRefusal, true)
      const reply = await send(first)
      isNew(reply)
      assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 1)
    },
  ],
  [
    'keeps callers apart, and capitals from small letters',
    async ({ send, effects }) => {
      const others = [{ principal: 'ben' } as const, { key: first.key.toUpperCase() }]
      const replies = [await send(first)]
      for (const other of others) replies.push(await send({ ...first, ...other }))
      for (const reply of replies) isNew(reply)
      assert.equal(await effects(), 3)
    },
  ],
  [
    'has one effect of many at once, and none of them another answer',
    async ({ send, effects }) => {
      const replies = await Promise.all(Array.from({ length: 8 }, () => send(first)))
      const answers = replies.filter(({ isRefusal }) => !isRefusal)
      assert.equal(new Set(answers.map(({ outcome }) => outcome)).size, 1)
      assert.equal(answers.filter(({ replayed }) => !replayed).length, 1)
      for (const reply of replies) if (reply.isRefusal) assert.deepEqual(reply, inProgress)
      assert.equal(await effects(), 1)
    },
  ],
  [
    'forgets a key when its time is over: it is a new request then',
    async ({ send, effects, forgets }) => {
      const reply = await send(first)
      await forgets()
      const before = await effects()
      const again = await send({ ...first, body: 'other' })
      isNew(again)
      assert.notEqual(again.outcome, reply.outcome)
      assert.equal(await effects(), before + 1)
    },
  ],
]

const routes: readonly Case[] = [
  [
    'keeps routes apart',
    async ({ send, effects }) => {
      isNew(await send(first))
      isNew(await send({ ...first, route: 'second', body: 'other' }))
      assert.equal(await effects(), 2)
    },
  ],
]

const waiting: readonly Case[] = [
  [
    'lets a repeat wait for the first request, which still runs',
    async ({ send, effects, holds }) => {
      const { reached, letGo } = holds()
      const running = send(first)
      await reached
      const meanwhile = [send(first), send({ ...first, body: 'other' })]
      letGo()
      const reply = await running
      assert.deepEqual(await Promise.all(meanwhile), [{ ...reply, replayed: true }, mismatch])
      assert.equal(await effects(), 1)
    },
  ],
]

const refusing: readonly Case[] = [
  [
    'tells a repeat to come back while the first request runs, and refuses another body at once',
    async ({ send, effects, holds }) => {
      const { reached, letGo } = holds()
      const running = send(first)
      await reached
      assert.deepEqual(await send(first), inProgress)
      assert.deepEqual(await send({ ...first, body: 'other' }), mismatch)
      letGo()
      const reply = await running
      isNew(reply)
      assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 1)
    },
  ],
]

const mortal: readonly Case[] = [
  [
    'goes on with what a process that died has left, once its time is over: one effect, one answer',
    async ({ send, effects, dies, waits }) => {
      assert.ok(dies && waits, 'an implementation whose attempts may die lets them')
      await dies(first)
      assert.deepEqual(await send(first), inProgress)
      waits()
      assert.deepEqual(await send({ ...first, body: 'other' }), mismatch)
      const reply = await send(first)
      isNew(reply)
      assert.deepEqual(await send(first), { ...reply, replayed: true })
      assert.equal(await effects(), 1)
    },
  ],
]

/**
 * The key rule (docs/adr/0017), for each implementation of it: `it.each(keyContract(traits))('%s', (_, run) => run(subject))`, with
 * a new subject for each case.
 * Sources: https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods; IETF draft-ietf-httpapi-idempotency-key-header-07.
 */
export const keyContract = (traits: KeyedTraits): readonly Case[] => [
  ...always,
  ...(traits.hasRoutes ? routes : []),
  ...(traits.repeatMeanwhile === 'waits' ? waiting : refusing),
  ...(traits.mayDie ? mortal : []),
]
