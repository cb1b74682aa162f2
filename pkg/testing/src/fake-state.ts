import { status } from '@grpc/grpc-js'
import { type DaprServer, StateConcurrency } from '@micromart/dapr/protocol'

/** One entry of the fake state store: the JSON value, its version, and when it goes. */
export type FakeEntry = {
  readonly value: unknown
  readonly etag: string
  readonly expiresAt?: Date
}

type Item = {
  readonly key: string
  readonly etag: { readonly value: string } | undefined
  readonly options: { readonly concurrency: number } | undefined
}

const mismatch = { code: status.ABORTED, details: 'possible etag mismatch' }
const notFirst = { code: status.INTERNAL, details: 'failed to set key: user_script' }

/** Redis through Dapr: an entry that is there is replaced by its ETag or by a last-write; one that is not there, always. */
const whyNot = (entry: FakeEntry | undefined, { etag, options }: Item): object | undefined => {
  if (entry === undefined) return undefined
  if (etag !== undefined && etag.value !== '')
    return entry.etag === etag.value ? undefined : mismatch
  return options?.concurrency === StateConcurrency.CONCURRENCY_FIRST_WRITE ? notFirst : undefined
}

const expiry = (metadata: { readonly [name: string]: string }): Pick<FakeEntry, 'expiresAt'> => {
  const seconds = Number(metadata['ttlInSeconds'] ?? -1)
  return seconds > 0 ? { expiresAt: new Date(Date.now() + seconds * 1_000) } : {}
}

/** The state part of the runtime API over a map that tests may read and write. */
export const fakeState = (
  entries: Map<string, FakeEntry>,
): Pick<DaprServer, 'getState' | 'saveState' | 'deleteState'> => {
  let version = 0
  const live = (key: string): FakeEntry | undefined => {
    const entry = entries.get(key)
    if (entry?.expiresAt && entry.expiresAt <= new Date()) entries.delete(key)
    return entries.get(key)
  }
  return {
    getState: ({ request }, reply) => {
      const entry = live(request.key)
      const data = Buffer.from(entry ? JSON.stringify(entry.value) : '')
      reply(null, { data, etag: entry?.etag ?? '', metadata: {} })
    },
    saveState: ({ request }, reply) => {
      for (const item of request.states) {
        const reason = whyNot(live(item.key), item)
        if (reason) return reply(reason)
        const value: unknown = JSON.parse(item.value.toString())
        version += 1
        entries.set(item.key, { value, etag: String(version), ...expiry(item.metadata) })
      }
      reply(null, {})
    },
    deleteState: ({ request }, reply) => {
      const { key, etag } = request
      const reason = whyNot(live(key), { key, etag, options: undefined })
      if (reason) return reply(reason)
      entries.delete(key)
      reply(null, {})
    },
  }
}
