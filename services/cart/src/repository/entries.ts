import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { counter } from '@micromart/contracts/telemetry'
import type { StateStore } from '@micromart/dapr'
import type { DomainError } from '@micromart/kernel'
import type { Decision } from '../model/ports.ts'
import { takingTurns } from './turns.ts'

/** How a kind of entry is stored. */
export type EntryForm<Entry> = {
  readonly from: (value: unknown) => Entry
  readonly to: (entry: Entry) => object
  /** When nobody writes to it any more; -1: never. */
  readonly ttlSeconds: (entry: Entry) => number
  /** What is thrown when other writers won every time. */
  readonly busy: () => DomainError
}

export type Entries<Key extends string, Entry> = {
  readonly read: (key: Key) => Promise<Entry | undefined>
  /** Decides about an entry and writes what comes of it, as one step. */
  readonly change: <T>(
    key: Key,
    decide: (entry: Entry | undefined) => Decision<T, Entry> | Promise<Decision<T, Entry>>,
  ) => Promise<T>
}

/** With pauses that grow to 128 ms: some half a second of patience with writers in other replicas. */
const attempts = 10

const pauseMs = (attempt: number): number => randomInt(1, 2 ** Math.min(attempt + 2, 7) + 1)

/** Entries in the Dapr state store: written only over the ETag that was read, else read and decided anew. */
export const entriesDapr = <Key extends string, Entry>(
  state: StateStore,
  { from, to, ttlSeconds, busy }: EntryForm<Entry>,
): Entries<Key, Entry> => {
  const inTurn = takingTurns()
  const conflicts = counter('micromart_cart_conflicts_total')

  const find = async (key: Key) => {
    const found = await state.get(key)
    return found && { entry: from(found.value), etag: found.etag }
  }

  const write = (key: Key, entry: Entry, etag: string | undefined) =>
    state.save(key, to(entry), { etag, ttlSeconds: ttlSeconds(entry) })

  const changeNow: Entries<Key, Entry>['change'] = async (key, decide) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await pause(pauseMs(attempt))
      const found = await find(key)
      const { entry, result } = await decide(found?.entry)
      if (!entry || (await write(key, entry, found?.etag)) === 'saved') return result
      conflicts.add(1)
    }
    throw busy()
  }

  return {
    read: async (key) => (await find(key))?.entry,
    change: (key, decide) => inTurn(key, () => changeNow(key, decide)),
  }
}
