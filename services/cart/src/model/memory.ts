import { mostRemembered } from './cart.ts'

/** Ids of both, sorted, without repeats; of too many the smallest, which are the oldest UUIDv7s, are forgotten. */
export const remembered = (known: readonly string[], added: readonly string[]): readonly string[] =>
  [...new Set([...known, ...added])].toSorted().slice(-mostRemembered)

/**
 * Whether a memory holds an id, or held it once: a full one has forgotten what is older than all it holds.
 * Order's checkout reads `taken_order_ids` by this very rule.
 */
export const remembers = (memory: readonly string[], id: string): boolean =>
  memory.includes(id) || (memory.length >= mostRemembered && memory.every((known) => known > id))
