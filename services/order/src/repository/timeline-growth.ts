import type { TimelineNews } from './timeline-news.ts'

/** Ids are given at the INSERT and seen at the COMMIT: what was written this long before the last look is looked at again. */
const overlapMs = 3_000
const mostGrown = 5_000
/** Before the first look nobody has seen what is under way then: so many ids back it begins. */
const firstOverlap = 500n

const atLeastZero = (seq: bigint): bigint => (seq > 0n ? seq : 0n)

/** Which orders' timelines have grown since the last look: one query for all of them. */
export const timelineGrowth = (news: TimelineNews) => {
  /** Ends of earlier looks, oldest first: the first one is where the next look begins. */
  let ends: { readonly at: number; readonly seq: bigint }[] = []
  let seen = new Set<bigint>()

  const trim = (now: number): bigint => {
    while (ends.length > 1 && (ends[1]?.at ?? now) <= now - overlapMs) ends.shift()
    const begin = ends[0]?.seq ?? 0n
    seen = new Set([...seen].filter((seq) => seq > begin))
    return begin
  }
  return {
    /** Nobody watches any more: the next look begins near the end. */
    reset: () => {
      ends = []
      seen = new Set()
    },
    /** @param now milliseconds of any clock that does not go back */
    look: async (now: number): Promise<readonly string[]> => {
      if (ends.length === 0)
        ends.push({ at: now, seq: atLeastZero((await news.end()) - firstOverlap) })
      const rows = await news.grown(trim(now), mostGrown)
      const fresh = rows.filter(({ seq }) => !seen.has(seq))
      for (const { seq } of fresh) seen.add(seq)
      const end = rows.at(-1)?.seq
      if (end !== undefined) ends.push({ at: now, seq: end })
      return fresh.map(({ orderId }) => orderId)
    },
  }
}
