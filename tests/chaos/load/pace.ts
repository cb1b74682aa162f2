import type { Entry } from './history.ts'

/** Whether an entry is a purchase or another write that went well: what throughput counts. */
const counts = (entry: Entry): boolean =>
  entry.type === 'ok' && (entry.op.startsWith('place') || entry.op.startsWith('cart'))

/** Successful operations a second in a window that ends at `to`. */
export const paceAt = (entries: readonly Entry[], to: number, windowMs: number): number => {
  let count = 0
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index]!
    if (entry.at < to - windowMs) break
    if (entry.at <= to && counts(entry)) count += 1
  }
  return (count / windowMs) * 1000
}

/** When the first order was paid that was placed after a moment. */
export const firstOrderAfter = (entries: readonly Entry[], from: number): number | undefined => {
  const begun = new Set<number>()
  for (const entry of entries) {
    if (entry.at < from) continue
    if (entry.type === 'invoke' && entry.op === 'place') begun.add(entry.id)
    if (entry.type === 'ok' && entry.status === 201 && begun.has(entry.id)) return entry.at
  }
  return undefined
}
