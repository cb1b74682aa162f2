import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  type App,
  apps,
  components,
  deadLetterTopic,
  subscriptions,
  topics,
} from '@micromart/contracts'
import { publishers, stateful, topicsOf } from '@micromart/contracts/rights'
import { DaprService } from '@micromart/dapr/protocol'
import { systemIds } from '@micromart/kernel'
import { type BareSidecar, startBareSidecar } from '../support/bare-sidecar.ts'
import { codeOf, publish } from '../support/rpcs.ts'
import { call, eventually, shop } from '../support/shop.ts'
import { loginAs } from '../support/shopper.ts'
import { openRedis } from '../support/stores.ts'

const everyApp = Object.values(apps)
const letterTopics = [...new Set(subscriptions.map(({ app }) => deadLetterTopic(app)))]
const everyTopic = [...Object.values(topics), ...letterTopics]

/** Well formed and of nobody: whoever hears it has nothing to do. */
const harmless = () => ({
  orderId: systemIds.next(),
  userId: systemIds.next(),
  productId: systemIds.next(),
  cartId: systemIds.next(),
  cartKey: `guest:${randomBytes(32).toString('hex')}`,
})

const tells = (app: App) => Object.values(publishers).includes(app)

describe('the topics of the shop', () => {
  it.each(everyApp)('S57 %s tells its own, and no other', async (app) => {
    const own = Object.values(topics).filter((topic) => publishers[topic] === app)
    // Its own letters, if any, are its sidecar's to write: see below.
    const asked = everyTopic.filter((topic) => topic !== deadLetterTopic(app))
    const answers = await Promise.all(
      asked.map(async (topic) => ({ topic, ...(await publish(app, topic, harmless())) })),
    )
    const refused = (topic: string) =>
      tells(app)
        ? { code: 'PERMISSION_DENIED', details: `topic ${topic} is not allowed for app id ${app}` }
        : { code: 'UNIMPLEMENTED', details: 'Not Implemented' }
    expect(answers).toEqual(
      asked.map((topic) => ({
        topic,
        ...(own.includes(topic as never) ? { code: 'OK', details: '' } : refused(topic)),
      })),
    )
  })

  const consumers = [
    [apps.cart, topics.orderPaid],
    [apps.order, topics.paymentSettled],
  ] as const

  it.each(consumers)('S57 what %s cannot handle reaches its own letters', async (app, topic) => {
    const token = await loginAs('admin')
    const eventId = randomUUID()
    expect((await publish(publishers[topic], topic, { orderId: 'none' }, eventId)).code).toBe('OK')
    const letter = `/v1/admin/dead-letters/${app}:${eventId}`
    await eventually(
      () => call('GET', letter, { token }),
      ({ status }) => status === 200,
    )
    expect((await call('DELETE', letter, { token })).status).toBeLessThan(300)
  })
})

describe('the components alone', () => {
  const db = 10
  const redis = openRedis(shop.redis)

  beforeAll(async () => {
    await redis.select(db)
    await redis.flushdb()
  })

  afterAll(async () => {
    await redis.flushdb()
    redis.disconnect()
  })

  /** Who reads a topic, by Redis' own word. */
  const readersOf = async (topic: string): Promise<readonly string[]> => {
    if ((await redis.exists(topic)) === 0) return []
    const groups = (await redis.xinfo('GROUPS', topic)) as string[][]
    return groups.map((group) => group[group.indexOf('name') + 1] ?? '')
  }

  const refusal = (topic: string) =>
    `subscription to topic '${topic}' on pubsub '${components.pubsub}' is not allowed`

  /** Of all topics that an app asks for, which it got and which it was refused. */
  const outcomeOf = async (app: App, { log }: BareSidecar) => {
    const heard: string[] = []
    for (const topic of everyTopic) {
      if ((await readersOf(topic)).includes(app)) heard.push(topic)
    }
    const said = log()
    return { heard, refused: everyTopic.filter((topic) => said.includes(refusal(topic))) }
  }

  const codeIn = (sidecar: BareSidecar, method: typeof DaprService.getState) => {
    const message = method.requestSerialize({
      storeName: components.state,
      key: 'member:x',
      consistency: 0,
      metadata: {},
    })
    return codeOf(sidecar.grpcPort, method, {}, message)
  }

  it.each(everyApp)('S57 let %s hear its topics and use its stores, and no other', async (app) => {
    await using sidecar = await startBareSidecar(app, { db, topics: everyTopic })
    const { published, subscribed } = topicsOf(app)
    const hasTopics = published.length + subscribed.length > 0
    const outcome = await eventually(
      () => outcomeOf(app, sidecar),
      ({ heard, refused }) => !hasTopics || heard.length + refused.length === everyTopic.length,
      20_000,
    )
    expect(outcome).toEqual({
      heard: everyTopic.filter((topic) => subscribed.includes(topic)),
      refused: hasTopics ? everyTopic.filter((topic) => !subscribed.includes(topic)) : [],
    })
    const state = await eventually(
      () => codeIn(sidecar, DaprService.getState),
      ({ code }) => code !== 'UNAVAILABLE', // its gRPC port opens last
    )
    expect(state.code).toBe(stateful.includes(app) ? 'OK' : 'FAILED_PRECONDITION')
  })
})
