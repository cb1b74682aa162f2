/**
 * What the streams of the topics hold, who reads them how far, and whether the bound has taken what nobody had read.
 * Source: https://redis.io/docs/latest/commands/xinfo-stream/, xinfo-groups, xpending.
 */

const pairs = (flat) =>
  Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]),
  )

/** Ids are `<milliseconds>-<sequence>`. */
const isBefore = (one, other) => {
  const [[ms, nr], [otherMs, otherNr]] = [one, other].map((id) => id.split('-').map(BigInt))
  return ms === otherMs ? nr < otherNr : ms < otherMs
}

const topicsIn = async (redis) => {
  const found = new Set()
  let cursor = '0'
  do {
    const question = [cursor, 'MATCH', '*.v1', 'COUNT', '1000', 'TYPE', 'stream']
    const [next, keys] = await redis.call('SCAN', ...question)
    for (const key of keys) found.add(key)
    cursor = next
  } while (cursor !== '0')
  return [...found].toSorted()
}

/** What an id that lies before all that is left has missed: Redis before 7 counts nothing, so undefined is "some". */
const missed = ({ added, length }, read) => {
  if (added === undefined) return undefined
  const trimmed = added - length
  return typeof read === 'number' ? Math.max(0, trimmed - read) : trimmed > 0 ? undefined : 0
}

/**
 * How many entries the bound took before the group read them. A group that has come to the end since keeps its lag for
 * ever on Redis 7.0: that is how many it never saw. In between nothing tells; then it is none.
 */
const lostBy = (stream, { 'last-delivered-id': at, 'entries-read': read, lag }) => {
  if (at === stream.last) return lag ?? 0
  return stream.first === undefined || isBefore(at, stream.first) ? missed(stream, read) : 0
}

const groupOf = async (redis, stream, flat) => {
  const group = pairs(flat)
  const [pending, oldest] = await redis.call('XPENDING', stream.topic, group.name)
  const left = group['last-delivered-id'] === stream.last ? 0 : (group.lag ?? undefined)
  return {
    group: group.name,
    lag: left,
    pending,
    lost: lostBy(stream, group),
    // Handed out, not acknowledged, and gone: nobody can be given it again.
    lostPending: pending > 0 && (stream.first === undefined || isBefore(oldest, stream.first)),
  }
}

const streamOf = async (redis, topic, bound) => {
  const facts = pairs(await redis.call('XINFO', 'STREAM', topic))
  const stream = {
    topic,
    length: facts.length,
    bound,
    added: facts['entries-added'],
    first: facts['first-entry']?.[0],
    last: facts['last-generated-id'],
  }
  const groups = []
  for (const flat of await redis.call('XINFO', 'GROUPS', topic)) {
    groups.push(await groupOf(redis, stream, flat))
  }
  const { first: _, last: __, ...told } = stream
  return { ...told, groups }
}

/**
 * The streams of all topics, dead letters included.
 * @param redis of `connectRedis`
 * @param bound entries of a stream, by `maxLenApprox` of components/pubsub.yaml
 * @returns `[{ topic, length, bound, added, groups: [{ group, lag, pending, lost, lostPending }] }]`; `lag` is what a group has still
 *   to read, undefined when Redis cannot tell; `lost` is what it can never read, undefined when it is some and nobody counted
 */
export const readStreams = async (redis, bound) => {
  const streams = []
  for (const topic of await topicsIn(redis)) streams.push(await streamOf(redis, topic, bound))
  return streams
}

const groupFaults = ({ topic }, { group, lost, lostPending }) => [
  ...(lost === 0
    ? []
    : [`${topic}: ${lost ?? 'some'} entries were trimmed before ${group} had read them`]),
  ...(lostPending ? [`${topic}: entries that ${group} was at work on were trimmed`] : []),
]

/** What the bound has destroyed: events that a consumer will never see. */
export const lossesOf = (streams) =>
  streams.flatMap((stream) => stream.groups.flatMap((group) => groupFaults(stream, group)))

/** Streams that are full: with each event the oldest one goes. No loss as long as all have read it. */
export const fullOf = (streams) =>
  streams
    .filter(({ length, bound }) => bound !== undefined && length >= bound)
    .map(({ topic, length, bound }) => `${topic}: full, ${length} of ${bound} entries`)
