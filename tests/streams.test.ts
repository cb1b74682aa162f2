import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { shop } from './support/shop.ts'
import { openRedis } from './support/stores.ts'

const bound = 100
const home = mkdtempSync(path.join(os.tmpdir(), 'micromart-streams-'))
const redis = openRedis(shop.redis)
const topics: string[] = []

const write = (file: string, content: unknown) => {
  mkdirSync(path.dirname(path.join(home, file)), { recursive: true })
  writeFileSync(path.join(home, file), JSON.stringify(content))
}

/** When a process began, in the kernel's ticks: field 22 of proc_pid_stat(5), counted behind the name. */
const startOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]

beforeAll(async () => {
  await redis.connect()
  const { username, password } = new URL(shop.redis)
  write('run/shop.json', {
    runId: randomUUID(),
    home,
    starter: { pid: process.pid, started: startOf(process.pid) },
    processes: {},
    ready: new Date().toISOString(),
  })
  write('secrets.json', {
    'redis-username': decodeURIComponent(username),
    'redis-password': decodeURIComponent(password),
    'redis-gateway': shop.redis,
  })
  // JSON is YAML.
  write('components/pubsub.yaml', {
    spec: { metadata: [{ name: 'maxLenApprox', value: `${bound}` }] },
  })
})

afterAll(async () => {
  if (topics.length > 0) await redis.del(...topics)
  redis.disconnect()
  rmSync(home, { recursive: true, force: true })
})

const publish = async (topic: string, count: number) => {
  for (let nr = 0; nr < count; nr += 1) await redis.xadd(topic, 'MAXLEN', '=', bound, '*', 'nr', nr)
}

const read = (topic: string, group: string, count: number) =>
  redis.xreadgroup('GROUP', group, 'worker', 'COUNT', count, 'STREAMS', topic, '>')

const aTopic = async (...groups: readonly string[]) => {
  const topic = `test-${randomUUID()}.v1`
  topics.push(topic)
  for (const group of groups) await redis.xgroup('CREATE', topic, group, '0', 'MKSTREAM')
  return topic
}

type Status = {
  readonly streams: readonly { readonly topic: string }[]
  readonly faults: readonly string[]
  readonly notes: readonly string[]
}

const run = (...args: readonly string[]) => {
  const env = { ...process.env, MICROMART_HOME: home }
  return promisify(execFile)(process.execPath, ['scripts/status.mjs', ...args], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  )
}

const statusOf = async (topic: string) => {
  const { stdout } = await run('--json')
  const { streams, faults, notes } = JSON.parse(stdout) as Status
  const about = (texts: readonly string[]) => texts.filter((text) => text.startsWith(topic))
  return {
    stream: streams.find((stream) => stream.topic === topic),
    faults: about(faults),
    notes: about(notes),
  }
}

it('tells how long a stream is, and how far each of its readers is', async () => {
  const topic = await aTopic('quick', 'slow')
  await publish(topic, 30)
  await read(topic, 'quick', 30)
  await read(topic, 'slow', 10)
  expect(await statusOf(topic)).toEqual({
    stream: {
      topic,
      length: 30,
      bound,
      added: 30,
      groups: [
        { group: 'quick', lag: 0, pending: 30, lost: 0, lostPending: false },
        { group: 'slow', lag: 20, pending: 10, lost: 0, lostPending: false },
      ],
    },
    faults: [],
    notes: [],
  })
})

it('calls a full stream no loss as long as everybody has read what went', async () => {
  const topic = await aTopic('reader')
  await publish(topic, bound)
  const [[, entries]] = (await read(topic, 'reader', 40)) as [[string, [string, unknown][]]]
  await redis.xack(topic, 'reader', ...entries.map(([id]) => id))
  await publish(topic, 40)
  const { faults, notes } = await statusOf(topic)
  expect({ faults, notes }).toEqual({ faults: [], notes: [`${topic}: full, 100 of 100 entries`] })
})

it('says how many entries went before a reader had read them, also when it has come to the end since', async () => {
  const topic = await aTopic('reader', 'never')
  await publish(topic, 40)
  await read(topic, 'reader', 10)
  await publish(topic, 85)
  const lost = (count: string | number, group: string) =>
    `${topic}: ${count} entries were trimmed before ${group} had read them`
  const inHand = `${topic}: entries that reader was at work on were trimmed`
  expect((await statusOf(topic)).faults).toEqual([
    lost('some', 'never'),
    lost(15, 'reader'),
    inHand,
  ])
  await read(topic, 'reader', 100)
  expect((await statusOf(topic)).faults).toContain(lost(15, 'reader'))
})

it('ends with 1 when something was lost, and says it to a person, too', async () => {
  const topic = await aTopic('reader')
  await publish(topic, bound + 1)
  const { code, stdout } = await run()
  expect(code).toBe(1)
  expect(stdout).toMatch(
    new RegExp(`^WRONG: ${topic}: some entries were trimmed before reader`, 'm'),
  )
  expect(stdout).toMatch(new RegExp(`^${topic} +100 of 100 +reader 100 behind$`, 'm'))
})
