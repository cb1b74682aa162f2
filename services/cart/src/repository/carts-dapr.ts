import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { StateStore } from '@micromart/dapr'
import type { CartKey, Entry } from '../model/cart.ts'
import { CartBusy } from '../model/errors.ts'
import type { Carts } from '../model/ports.ts'
import { entryFrom, storedFrom } from './stored-entry.ts'
import { takingTurns } from './turns.ts'

/** A cart that nobody writes to is gone after 30 days. */
const ttlSeconds = 30 * 24 * 60 * 60

/** With pauses that grow to 128 ms: some half a second of patience with writers in other replicas. */
const attempts = 10

const pauseMs = (attempt: number): number => randomInt(1, 2 ** Math.min(attempt + 2, 7) + 1)

/** The entries in the Dapr state store: written only over the ETag that was read, else read and decided anew. */
export const cartsDapr = (state: StateStore): Carts => {
  const inTurn = takingTurns()

  const find = async (key: CartKey) => {
    const found = await state.get(key)
    return found && { entry: entryFrom(found.value), etag: found.etag }
  }

  const write = (key: CartKey, entry: Entry, etag: string | undefined) =>
    state.save(key, storedFrom(entry), { etag, ttlSeconds })

  const changeNow: Carts['change'] = async (key, decide) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await pause(pauseMs(attempt))
      const found = await find(key)
      const { entry, result } = await decide(found?.entry)
      if (!entry || (await write(key, entry, found?.etag)) === 'saved') return result
    }
    throw new CartBusy()
  }

  return {
    read: async (key) => (await find(key))?.entry,
    change: (key, decide) => inTurn(key, () => changeNow(key, decide)),
  }
}
