import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Metadata, status } from '@grpc/grpc-js'
import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { connectSidecar, runInContext, type Sidecar } from '@micromart/dapr'
import { TopicAnswer } from '@micromart/dapr/protocol'
import { systemIds } from '@micromart/kernel'
import { startTelemetry } from '@micromart/service'
import { trace } from '@opentelemetry/api'
import { eventually, newTraceparent, startFakeSidecar, telemetryForTest } from '../src/index.ts'
import { deadTopicOf, startDaprds } from './real-daprd.ts'
import { type RecordingApp, startRecordingApp } from './recording-app.ts'

// One suite, two sidecars: what component tests build on must be what production gets.

type World = AsyncDisposable & {
  readonly app: RecordingApp
  readonly sidecar: Sidecar
  /** Where the app's dead letters arrive. */
  readonly deadTopic: string
  /** The fake delivers when told to; the real one by itself. */
  readonly deliverPublished: () => Promise<void>
}

const caller = 'caller'
const topic = `conformance.${systemIds.next()}`
const secrets = { 'mysql-order': 'mysql://order:p%40ss@127.0.0.1:3306/x' }

const fakeWorld = async (): Promise<World> => {
  await using starting = new AsyncDisposableStack()
  const app = starting.use(await startRecordingApp())
  const fake = starting.use(await startFakeSidecar({ appId: 'caller' }))
  fake.route(apps.cart, app.port)
  fake.attach(app.port)
  for (const [name, value] of Object.entries(secrets)) fake.secret(name, value)
  const { grpcPort, httpPort } = fake
  const sidecar = starting.use(await connectSidecar({ grpcPort, httpPort, appId: 'caller' }))
  const running = starting.move()
  return {
    app,
    sidecar,
    deadTopic: `dead.${caller}.v1`,
    deliverPublished: () => fake.deliverPublished(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const realWorld = async (program: string): Promise<World> => {
  await using starting = new AsyncDisposableStack()
  const app = starting.use(await startRecordingApp())
  const { caller } = starting.use(await startDaprds(program, app.port, { topic, secrets }))
  const { grpcPort, httpPort } = caller
  const sidecar = starting.use(await connectSidecar({ grpcPort, httpPort, appId: 'caller' }))
  const running = starting.move()
  return {
    app,
    sidecar,
    deadTopic: deadTopicOf(topic),
    deliverPublished: async () => {},
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const program = process.env['MICROMART_DAPRD']
if (!program)
  it.skip('MICROMART_DAPRD is not set: the fake is not held against the real daprd', () => {})

const worlds: readonly (readonly [string, () => Promise<World>])[] = [
  ['the fake sidecar', fakeWorld],
  ...(program ? [['the real daprd', () => realWorld(program)] as const] : []),
]

const anEvent = () => ({
  id: systemIds.next(),
  topic,
  aggregateId: systemIds.next(),
  payload: { orderId: 'o-1', total: '1999', items: [{ sku: 'MUG' }] },
  traceparent: newTraceparent(),
})

const texts = (metadata: Metadata, name: string): string[] =>
  metadata.get(name).flatMap((value) => String(value).split(/,\s*/))

describe.each(worlds)('%s', (_name, startWorld) => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  }, 60_000)
  afterAll(async () => world[Symbol.asyncDispose]())

  const cart = () =>
    world.sidecar.client(CartServiceService, apps.cart, { deadlines: { setItem: 400 } })
  const aLine = { cartToken: undefined, sku: 'MUG', quantity: 1 }

  it('lets calls out when it says so', async () => {
    expect(await world.sidecar.outboundReady()).toBe(true)
  })

  it('brings a call to the named app and the answer back', async () => {
    expect(await cart().getCart({ cartToken: 'x' })).toEqual({
      cart: { items: [], subtotal: undefined, version: 'v1' },
    })
    const { metadata } = world.app.calls.at(-1)!
    expect(metadata.get('dapr-app-id')).toEqual([])
    expect(metadata.get('dapr-caller-app-id')).toEqual(['caller'])
    expect(metadata.get('dapr-callee-app-id')).toEqual(['cart'])
  })

  it('brings a refusal back with code, parameters and text unchanged', async () => {
    await expect(cart().addItem(aLine)).rejects.toMatchObject({
      kind: 'precondition',
      code: 'out_of_stock',
      params: { available: '3', note: 'nicht "genug"' },
    })
  })

  it('brings an idempotency key to the app, and back that its answer is a frozen one', async () => {
    const idempotency = { key: 'k 1', scope: 's'.repeat(43), fingerprint: 'f'.repeat(43) }
    const scope = { replayed: false }
    await runInContext(scope, () => cart().getCart({ cartToken: 'x' }, { idempotency }))
    const { metadata } = world.app.calls.at(-1)!
    const sent = ['idempotency-key', 'idempotency-scope', 'idempotency-fingerprint'] as const
    expect(sent.flatMap((name) => metadata.get(name))).toEqual(Object.values(idempotency))
    expect(scope.replayed).toBe(true)
  })

  it('passes the deadline on, and the end of patience as a cancelled call', async () => {
    const begun = Date.now()
    await expect(cart().setItem(aLine)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'cart' },
      effectUnknown: true,
    })
    const call = world.app.calls.at(-1)!
    expect(Number(call.deadline) - begun).toBeLessThan(600)
    await eventually(() => expect(call.cancelled).toBe(true))
  })

  it('answers UNIMPLEMENTED for a method the app does not have', async () => {
    await expect(cart().removeItem({ cartToken: undefined, sku: 'MUG' })).rejects.toMatchObject({
      kind: 'unavailable', // one of the two is of another release
      effectUnknown: false,
      cause: { code: status.UNIMPLEMENTED },
    })
  })

  it('answers UNKNOWN or lets the deadline pass for an app nobody knows', async () => {
    const nobody = world.sidecar.client(CartServiceService, 'nobody')
    await expect(nobody.getCart({ cartToken: undefined })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'nobody' },
    })
  })

  it('appends a traceparent of the same trace', async () => {
    await using _telemetry = startTelemetry(telemetryForTest({ ratio: 1 }))
    const tracer = trace.getTracer('test')
    const traceId = await tracer.startActiveSpan('shopping', async (span) => {
      await cart().getCart({ cartToken: undefined })
      span.end()
      return span.spanContext().traceId
    })
    const given = texts(world.app.calls.at(-1)!.metadata, 'traceparent')
    expect(given).toHaveLength(2)
    expect(given.map((value) => value.split('-')[1])).toEqual([traceId, traceId])
    expect(given[0]).not.toBe(given[1])
  })

  it('creates an entry only where there is none', async () => {
    const key = systemIds.next()
    const { state } = world.sidecar
    expect(await state.get(key)).toBeUndefined()
    expect(await state.save(key, { lines: [1] }, { etag: undefined, ttlSeconds: 60 })).toBe('saved')
    expect(await state.save(key, { lines: [2] }, { etag: undefined })).toBe('conflict')
    expect((await state.get(key))?.value).toEqual({ lines: [1] })
  })

  it('replaces an entry only by the version that was read', async () => {
    const key = systemIds.next()
    const { state } = world.sidecar
    await state.save(key, { lines: [1] }, { etag: undefined })
    const first = (await state.get(key))!
    expect(await state.save(key, { lines: [2] }, { etag: first.etag })).toBe('saved')
    expect(await state.save(key, { lines: [3] }, { etag: first.etag })).toBe('conflict')
    const second = (await state.get(key))!
    expect(second.value).toEqual({ lines: [2] })
    expect(second.etag).not.toBe(first.etag)
  })

  it('removes an entry only by the version that was read', async () => {
    const key = systemIds.next()
    const { state } = world.sidecar
    await state.save(key, 'one', { etag: undefined })
    const first = (await state.get(key))!
    await state.save(key, 'two', { etag: first.etag })
    expect(await state.remove(key, first.etag)).toBe('conflict')
    const { etag } = (await state.get(key))!
    expect(await state.remove(key, etag)).toBe('removed')
    expect(await state.get(key)).toBeUndefined()
    expect(await state.remove(key, etag)).toBe('removed') // nothing is there: nothing is wrong
  })

  it('creates anew what was removed since it was read', async () => {
    const key = systemIds.next()
    const { state } = world.sidecar
    await state.save(key, 'one', { etag: undefined })
    const { etag } = (await state.get(key))!
    await state.remove(key, etag)
    expect(await state.save(key, 'two', { etag })).toBe('saved')
  })

  it('forgets an entry when its time is over', async () => {
    const key = systemIds.next()
    const { state } = world.sidecar
    await state.save(key, 'brief', { etag: undefined, ttlSeconds: 1 })
    await eventually(async () => expect(await state.get(key)).toBeUndefined())
  })

  it('gives a secret, and says which is missing', async () => {
    expect(await world.sidecar.secret('mysql-order')).toBe(secrets['mysql-order'])
    await expect(world.sidecar.secret('nothing')).rejects.toMatchObject({
      code: 'secret_missing',
      params: { name: 'nothing' },
    })
  })

  const deliveriesOf = (id: string) => world.app.events.filter(({ event }) => event.id === id)

  it('delivers a published event with its id, payload and trace', async () => {
    const sent = anEvent()
    await world.sidecar.publish(sent)
    await world.deliverPublished()
    await eventually(() => expect(deliveriesOf(sent.id)).toHaveLength(1))
    const { event, metadata } = deliveriesOf(sent.id)[0]!
    expect(event).toMatchObject({
      topic,
      pubsubName: 'pubsub',
      dataContentType: 'application/json',
    })
    expect(JSON.parse(event.data.toString())).toEqual(sent.payload)
    const [carried, ...more] = texts(metadata, 'traceparent')
    expect(more).toEqual([])
    expect(carried?.split('-')[1]).toBe(sent.traceparent.split('-')[1])
    expect(event.extensions?.['traceparent']).toBe(sent.traceparent)
    expect(event.extensions?.['subject']).toBe(sent.aggregateId)
  })

  it('delivers the same event again when asked to retry', async () => {
    const sent = anEvent()
    world.app.answers.push(TopicAnswer.RETRY)
    await world.sidecar.publish(sent)
    await world.deliverPublished()
    await eventually(() => expect(deliveriesOf(sent.id)).toHaveLength(2))
  })

  if (program && _name === 'the real daprd')
    it('brings a letter again that its app could not keep, for as long as that lasts', async () => {
      const sent = anEvent()
      const { DROP: drop, RETRY: retry } = TopicAnswer
      world.app.answers.push(drop, ...Array.from({ length: 9 }, () => retry))
      await world.sidecar.publish(sent)
      await eventually(() => expect(deliveriesOf(sent.id)).toHaveLength(11), { withinMs: 15_000 })
    })

  const { DROP, RETRY } = TopicAnswer
  it.each([
    ['dropped', [DROP], 1],
    ['asked for again four times', [RETRY, RETRY, RETRY, RETRY], 4],
  ])(
    'brings an event that was %s to the dead letters as it was sent',
    async (_how, answers, times) => {
      const sent = anEvent()
      world.app.answers.push(...answers)
      await world.sidecar.publish(sent)
      await world.deliverPublished()
      await eventually(() => expect(deliveriesOf(sent.id)).toHaveLength(times + 1))
      const letter = deliveriesOf(sent.id).at(-1)?.event
      expect(letter?.topic).toBe(world.deadTopic)
      expect(JSON.parse(String(letter?.data))).toEqual(sent.payload)
      expect(letter?.extensions).toMatchObject({ topic, traceparent: sent.traceparent })
    },
  )
})
