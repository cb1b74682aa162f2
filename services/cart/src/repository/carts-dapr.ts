import type { StateStore } from '@micromart/dapr'
import type { CartKey, Entry } from '../model/cart.ts'
import { CartBusy } from '../model/errors.ts'
import type { Carts } from '../model/ports.ts'
import { entriesDapr } from './entries.ts'
import { entryFrom, storedFrom } from './stored-entry.ts'

/** A cart that nobody writes to is gone after 30 days. */
const ttlSeconds = 30 * 24 * 60 * 60

/** The carts' entries in the Dapr state store. */
export const cartsDapr = (state: StateStore): Carts =>
  entriesDapr<CartKey, Entry>(state, {
    from: entryFrom,
    to: storedFrom,
    ttlSeconds: () => ttlSeconds,
    busy: () => new CartBusy(),
  })
