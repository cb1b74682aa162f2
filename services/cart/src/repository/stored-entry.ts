import { DomainError } from '@micromart/kernel'
import { z } from 'zod'
import type { Entry, Line, MemberKey } from '../model/cart.ts'

/** Grows when the shape of what is stored changes; entries of an older version are read and rewritten. */
const schemaVersion = 2

/** The version from which on a state is known: an older release must not write over one that it does not know. */
const knownSince = { open: 1, frozen: 1, erased: 2 } as const

const text = z.string()

const sight = z.object({
  productId: text,
  handle: text,
  title: text,
  options: z.array(z.object({ name: text, value: text })),
  image: text.optional().transform((image) => image),
  price: z.object({ amount: text.transform(BigInt), currency: text }),
})

const contents = {
  id: text,
  lines: z.array(
    z.object({ sku: text, quantity: z.int().positive(), addedAt: z.number(), lastSeen: sight }),
  ),
  takenOrders: z.array(text),
}

const keptAnswer = z.object({ key: text, scope: text, fingerprint: text, answer: text })

const isMemberKey = (key: string): key is MemberKey => key.startsWith('member:')

const stored = z.discriminatedUnion('state', [
  z.object({
    ...contents,
    state: z.literal('open'),
    version: text,
    mergedCarts: z.array(text),
    answers: z.array(keptAnswer).default([]),
  }),
  z.object({
    ...contents,
    state: z.literal('frozen'),
    mergedInto: z.custom<MemberKey>((key) => typeof key === 'string' && isMemberKey(key)),
    applied: z.boolean(),
  }),
  z.object({ state: z.literal('erased'), id: text }),
])

const versioned = z.object({ schemaVersion: z.int().positive() })

/**
 * An entry from the JSON that the state store holds.
 * @throws DomainError unavailable `cart_newer` for one that a newer release wrote: it must not be written over;
 *   internal `cart_unreadable` for what no release of this service has written
 */
export const entryFrom = (value: unknown): Entry => {
  const written = versioned.safeParse(value)
  if (written.success && written.data.schemaVersion > schemaVersion) {
    throw new DomainError('unavailable', 'cart_newer')
  }
  const read = stored.safeParse(value)
  if (written.success && read.success) return read.data
  const cause = written.error ?? read.error
  throw new DomainError('internal', 'cart_unreadable', {}, { cause })
}

const storedLine = ({ lastSeen, ...line }: Line) => {
  const { amount, currency } = lastSeen.price
  return { ...line, lastSeen: { ...lastSeen, price: { amount: String(amount), currency } } }
}

/** The JSON of an entry; money as text, because JSON has no bigint. */
export const storedFrom = (entry: Entry): object => ({
  schemaVersion: knownSince[entry.state],
  ...entry,
  ...(entry.state !== 'erased' && { lines: entry.lines.map(storedLine) }),
})
