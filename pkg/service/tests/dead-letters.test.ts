import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { apps, deadLetterTopic, topics } from '@micromart/contracts'
import {
  AuditServiceService,
  BacklogServiceService,
  DeadLetterServiceService,
  type AuditEntry,
} from '@micromart/contracts/ops'
import { callContext } from '@micromart/dapr'
import { type DeadLetters, DomainError, systemClock, systemIds } from '@micromart/kernel'
import { startTelemetry, type TopicEvent } from '@micromart/service'
import {
  auditMigrations,
  auditMysql,
  deadLettersMysql,
  deadLetterTables,
  idempotencyTables,
  openDatabase,
  outboxTables,
  readBacklog,
  resumable,
  sqlMigration,
} from '@micromart/store'
import {
  type FakeSidecar,
  readMetric,
  startFakeSidecar,
  type TestClient,
  testClient,
  testDatabase,
  telemetryForTest,
} from '@micromart/testing'
import { type CartForTest, keptLog, startCart } from './cart-for-test.ts'

const migrations = [
  sqlMigration('CreateAll1763800000001', [
    ...deadLetterTables(),
    ...idempotencyTables(),
    ...outboxTables(),
  ]),
  ...auditMigrations(1_763_800_000_002),
]
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const payload = { orderId: 'o-1', total: '1999' }

describe('a dead letter', () => {
  const stack = new AsyncDisposableStack()
  const log = keptLog()
  const operator = systemIds.next()
  let seen: TopicEvent[] = []
  let outcome: unknown
  let storeAway = false
  let fake: FakeSidecar
  let cart: CartForTest
  let rpcs: TestClient<typeof DeadLetterServiceService>

  const breakable = (letters: DeadLetters): DeadLetters => {
    const away = () => {
      if (storeAway) throw new DomainError('unavailable', 'database_unavailable')
    }
    return {
      ...letters,
      noteFailure: async (failure) => (away(), letters.noteFailure(failure)),
      keep: async (letter) => (away(), letters.keep(letter)),
    }
  }

  beforeAll(async () => {
    stack.use(startTelemetry(telemetryForTest()))
    const { url } = stack.use(await testDatabase('letters', migrations))
    const db = stack.use(await openDatabase({ url, entities: [] }))
    const take = async (event: TopicEvent) => {
      seen.push(event)
      expect(callContext.getStore()?.token).toBeUndefined()
      if (outcome !== undefined) throw outcome
    }
    cart = stack.use(
      await startCart(
        {},
        {
          topics: { [topics.orderPaid]: take },
          log,
          operations: {
            app: apps.cart,
            letters: breakable(deadLettersMysql(db)),
            answers: resumable(db),
            audit: auditMysql(db),
            backlog: () => readBacklog(db, systemClock),
          },
        },
      ),
    )
    rpcs = stack.use(await testClient(DeadLetterServiceService, cart.running.port))
  })
  afterAll(() => stack.disposeAsync())
  beforeEach(async () => {
    fake = await startFakeSidecar({ appId: apps.cart })
    fake.attach(cart.running.port)
  })
  afterEach(async () => {
    await fake[Symbol.asyncDispose]()
    seen = []
    outcome = undefined
    storeAway = false
    log.lines.length = 0
  })

  const origin = { address: '192.0.2.7', userAgent: 'curl/8' }
  const token = () => cart.tokens.userToken({ id: operator, roles: ['operator'] })
  const desk = () => rpcs.as({ token: token(), origin, requestId: 'r-1' })

  /** What the audit log holds of a letter. */
  const audited = async (id: string): Promise<readonly AuditEntry[]> => {
    await using audit = await testClient(AuditServiceService, cart.running.port)
    const wanted = { limit: 10, objectKind: 'dead_letter', objectId: `cart:${id}` }
    const times = { since: undefined, until: undefined }
    const { items } = await audit.as({ token: token() }).listAudit({ ...wanted, ...times })
    return items
  }

  /** Publishes an event that its handler refuses to the end. */
  const die = async (why: unknown): Promise<string> => {
    const id = systemIds.next()
    outcome = why
    for (let attempt = 0; attempt < 4; attempt += 1) {
      if ((await fake.deliver(topics.orderPaid, payload, { id, traceparent })) === 'DROP') break
    }
    outcome = undefined
    seen = []
    const letter = { id, traceparent, publishedTo: topics.orderPaid }
    expect(await fake.deliver(deadLetterTopic(apps.cart), payload, letter)).toBe('SUCCESS')
    return id
  }

  const notFound = new DomainError('not_found', 'order_not_found')

  it('is kept with topic, payload, trace, and why how many deliveries failed', async () => {
    const id = await die(notFound)
    const { letter } = await desk().getDeadLetter({ id })
    expect(letter).toEqual({
      id,
      consumer: apps.cart,
      topic: topics.orderPaid,
      payload: JSON.stringify(payload),
      traceparent,
      reason: 'order_not_found',
      attempts: 4,
      state: 'open',
      decisions: [],
      firstFailedAt: expect.any(Date),
      lastFailedAt: expect.any(Date),
    })
    const listed = await desk().listDeadLetters({ limit: 1, cursor: undefined, state: 'open' })
    expect(listed.items).toEqual([letter])
  })

  it('is counted for operations, in the backlog and as a metric', async () => {
    await die(new DomainError('invalid', 'total_missing'))
    await using backlog = await testClient(BacklogServiceService, cart.running.port)
    const { openDeadLetters } = await backlog.as().getBacklog({})
    expect(openDeadLetters).toBeGreaterThan(0n)
    const open = await readMetric(cart.running.httpPort, 'micromart_dead_letters_open')
    expect(BigInt(open)).toBe(openDeadLetters)
  })

  it('comes again while it cannot be kept, and knows then why it failed meanwhile', async () => {
    const id = systemIds.next()
    storeAway = true
    outcome = new DomainError('unavailable', 'database_unavailable')
    const event = { id, publishedTo: topics.orderPaid }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await fake.deliver(topics.orderPaid, payload, event)).toBe('RETRY')
    }
    expect(await fake.deliver(deadLetterTopic(apps.cart), payload, event)).toBe('RETRY')
    storeAway = false
    expect(await fake.deliver(deadLetterTopic(apps.cart), payload, event)).toBe('SUCCESS')
    const { letter } = await desk().getDeadLetter({ id })
    expect(letter).toMatchObject({ reason: 'database_unavailable', attempts: 4 })
  })

  const seenBy = Object.entries({ 'this process': 1, 'another replica': 0 })
  it.each(seenBy)('needs nobody when only an outage that %s saw made it one', async (_, count) => {
    const id = systemIds.next()
    const event = { id, publishedTo: topics.orderPaid }
    outcome = new DomainError('unavailable', 'database_unavailable')
    storeAway = true
    for (let n = 0; n < count; n += 1) await fake.deliver(topics.orderPaid, payload, event)
    ;[storeAway, outcome, seen] = [false, undefined, []]
    expect(await fake.deliver(deadLetterTopic(apps.cart), payload, event)).toBe('SUCCESS')
    expect(seen).toMatchObject([{ id, topic: topics.orderPaid, payload }])
    await expect(desk().getDeadLetter({ id })).rejects.toMatchObject({ kind: 'not_found' })
  })

  it('is kept whatever it holds', async () => {
    const id = `not ours ${'é'.repeat(120)}`
    const rawData = Buffer.from([0xff, 0x00, 0x7b])
    const odd = { id, rawData, publishedTo: 'a topic \u0000', traceparent: 'none' }
    expect(await fake.deliver(deadLetterTopic(apps.cart), undefined, odd)).toBe('SUCCESS')
    const { items } = await desk().listDeadLetters({ limit: 1, cursor: undefined, state: '' })
    expect(items[0]).toMatchObject({
      id: expect.stringMatching(/^[\da-f]{64}$/),
      topic: '',
      payload: JSON.stringify({ base64: rawData.toString('base64') }),
      traceparent: '',
    })
  })

  it('goes to its own handler when it is replayed, and is closed', async () => {
    const id = await die(notFound)
    const { letter } = await desk().replayDeadLetter({ id })
    expect(seen).toEqual([{ id, topic: topics.orderPaid, payload, traceparent }])
    expect(letter).toMatchObject({
      state: 'replayed',
      decisions: [{ actor: operator, action: 'replayed', note: '', at: expect.any(Date) }],
    })
    await expect(desk().replayDeadLetter({ id })).rejects.toMatchObject({
      kind: 'precondition',
      code: 'dead_letter_closed',
    })
    expect(seen).toHaveLength(1)
    expect(await audited(id)).toEqual([
      {
        seq: expect.any(BigInt),
        at: expect.any(Date),
        service: apps.cart,
        actorKind: 'user',
        actorId: operator,
        actorRoles: ['operator'],
        action: 'dead_letter.replay',
        objectKind: 'dead_letter',
        objectId: `cart:${id}`,
        outcome: 'done',
        ...origin,
        requestId: 'r-1',
        traceId: expect.stringMatching(/^([\da-f]{32})?$/),
        before: '{"state":"open"}',
        after: '{"state":"replayed"}',
        hash: expect.stringMatching(/^[\da-f]{64}$/),
      },
    ])
    const decided = { event: 'audit.dead_letter' }
    const audit = log.lines.filter(({ fields }) => Object(fields).event === decided.event)
    expect(audit).toMatchObject([
      {
        level: 'info',
        fields: { ...decided, actor: operator, letterId: id, action: 'replayed' },
      },
    ])
  })

  it('stays open when its replay fails, which is written down', async () => {
    const id = await die(notFound)
    outcome = new DomainError('conflict', 'cart_changed')
    await expect(desk().replayDeadLetter({ id })).rejects.toMatchObject({
      kind: 'precondition',
      code: 'dead_letter_refused',
      params: { reason: 'cart_changed' },
    })
    const { letter } = await desk().getDeadLetter({ id })
    expect(letter).toMatchObject({
      state: 'open',
      decisions: [{ action: 'replay_failed', note: 'cart_changed', actor: operator }],
    })
    const entry = { action: 'dead_letter.replay', outcome: 'cart_changed', before: '', after: '' }
    expect(await audited(id)).toMatchObject([entry])
  })

  it('is closed without an effect when it is discarded', async () => {
    const id = await die(notFound)
    const { letter } = await desk().discardDeadLetter({ id, note: 'order was a test' })
    expect(letter).toMatchObject({
      state: 'discarded',
      decisions: [{ action: 'discarded', note: 'order was a test' }],
    })
    expect(seen).toEqual([])
    const entry = { action: 'dead_letter.discard', after: '{"state":"discarded"}' }
    expect(await audited(id)).toMatchObject([entry])
    expect(JSON.stringify(await audited(id), (_, value) => String(value))).not.toContain('a test')
    await expect(desk().discardDeadLetter({ id, note: '' })).rejects.toMatchObject({
      code: 'dead_letter_closed',
    })
  })

  it('gives a repeat of a keyed replay the first answer', async () => {
    const id = await die(notFound)
    const idempotency = { key: 'k', scope: 's'.repeat(43), fingerprint: 'f'.repeat(43) }
    const caller = { token: token(), idempotency, replayed: false }
    const first = await rpcs.as(caller).replayDeadLetter({ id })
    expect(await rpcs.as(caller).replayDeadLetter({ id })).toEqual(first)
    expect([seen.length, caller.replayed]).toEqual([1, true])
    expect(await audited(id)).toHaveLength(1)
  })

  it('is nobody’s who may not operate the shop', async () => {
    const shopper = rpcs.as({ token: cart.tokens.userToken({ id: operator }) })
    const list = { limit: 1, cursor: undefined, state: '' }
    await expect(shopper.listDeadLetters(list)).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(rpcs.as().listDeadLetters(list)).rejects.toMatchObject({ kind: 'unauthenticated' })
  })

  it.each([
    ['a limit of 0', { limit: 0, cursor: undefined, state: '' }, 'limit_invalid'],
    ['a limit of 101', { limit: 101, cursor: undefined, state: '' }, 'limit_invalid'],
    ['a state that is none', { limit: 1, cursor: undefined, state: 'lost' }, 'state_invalid'],
    ['a cursor that is none', { limit: 1, cursor: 'x', state: '' }, 'cursor_invalid'],
  ])('is not listed by %s', async (_, list, code) => {
    await expect(desk().listDeadLetters(list)).rejects.toMatchObject({ kind: 'invalid', code })
  })

  it('is not found when there is none', async () => {
    const absent = { kind: 'not_found', code: 'dead_letter_not_found' }
    await expect(desk().getDeadLetter({ id: 'x' })).rejects.toMatchObject(absent)
    await expect(desk().replayDeadLetter({ id: 'x' })).rejects.toMatchObject(absent)
    await expect(desk().discardDeadLetter({ id: 'x', note: '' })).rejects.toMatchObject(absent)
  })

  it('is never dropped, even by an app that keeps no letters', async () => {
    await using bare = await startCart({})
    await using sidecar = await startFakeSidecar()
    sidecar.attach(bare.running.port)
    expect(await sidecar.deliver(deadLetterTopic(apps.cart), {})).toBe('RETRY')
  })
})
