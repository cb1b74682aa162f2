/** Numbers that follow from a seed and nothing else. */
export type Random = {
  /** 0 <= n < 1. */
  readonly next: () => number
  /** A whole number, both ends included. */
  readonly int: (low: number, high: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
  /** By weight; weights need not sum to anything. */
  readonly weighted: <T extends string>(weights: Readonly<Partial<Record<T, number>>>) => T
  readonly shuffled: <T>(list: readonly T[]) => T[]
  /** Letters and digits, such as for names and keys. */
  readonly word: (length: number) => string
  /** A stream of its own: what one part of a run takes changes nothing for another. */
  readonly fork: (name: string) => Random
}

const hashOf = (text: string): number => {
  let hash = 2_166_136_261
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619)
  return hash >>> 0
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** mulberry32: small, fast, good enough to choose scenarios. */
export const randomFrom = (seed: string): Random => {
  let state = hashOf(seed)
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const pick = <T>(from: readonly T[]): T => {
    const found = from[int(0, from.length - 1)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick,
    weighted: <T extends string>(weights: Readonly<Partial<Record<T, number>>>): T => {
      const entries = Object.entries(weights) as [T, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        left -= weight
        if (left < 0) return name
      }
      return pick(entries)[0]
    },
    shuffled: (list) => {
      const copy = [...list]
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = int(0, last)
        ;[copy[last], copy[other]] = [copy[other]!, copy[last]!]
      }
      return copy
    },
    word: (length) => Array.from({ length }, () => pick([...alphabet])).join(''),
    fork: (name) => randomFrom(`${seed}/${name}`),
  }
}
