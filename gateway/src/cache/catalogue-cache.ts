import { createHash } from 'node:crypto'
import type { Clock } from '@micromart/kernel'
import type { HttpProblem } from '../problem/problem.ts'
import { ByteLru } from './byte-lru.ts'

/** An answer ready to be written, or the refusal that stands for an absent product. */
export type Prepared =
  | {
      readonly kind: 'found'
      readonly body: Buffer
      readonly etag: string
      readonly length: string
    }
  | { readonly kind: 'absent'; readonly problem: HttpProblem }

/**
 * What makes an entry go: a change of the named products, any change at all, or its age.
 * Lists and absences go with any change: a new product can belong to every list.
 */
type Dependence =
  | { readonly on: 'products'; readonly names: readonly string[] }
  | { readonly on: 'anything' }
  | { readonly on: 'age' }

export type Filled = { readonly prepared: Prepared; readonly dependence: Dependence }

/** A product that changed, by both names under which it may be cached. */
export type Change = { readonly productId: string; readonly handle: string }

type Entry = Filled & { readonly until: number }

/** The stated staleness: no answer is older (design.md section 5). */
const maxStaleMs = 2_000

const aliasBytes = 512

export const prepare = (json: unknown): Prepared => {
  const body = Buffer.from(JSON.stringify(json))
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27)
  return { kind: 'found', body, etag: `"${digest}"`, length: String(body.length) }
}

const bytesOf = ({ prepared }: Filled): number =>
  200 + (prepared.kind === 'found' ? prepared.body.length : 500)

const isGone =
  (changed: ReadonlySet<string>) =>
  ({ dependence }: Entry): boolean =>
    dependence.on === 'anything' ||
    (dependence.on === 'products' && dependence.names.some((name) => changed.has(name)))

/**
 * Prepared catalogue answers by normalised query. An entry serves until a change names it, or until the last good
 * answer about changes is 2 s old; prices and stock are decided at checkout, never here.
 */
export class CatalogueCache {
  readonly #entries: ByteLru<Entry>
  /** From a URL as it was sent to the normalised key, so that a hit needs no parsing. */
  readonly #aliases: ByteLru<string>
  readonly #filling = new Map<string, Promise<Prepared>>()
  readonly #clock: Clock
  #knownAsOf = Number.NEGATIVE_INFINITY
  /** Grows with each news of changes: what was read before it is not kept. */
  #generation = 0

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock
    this.#entries = new ByteLru(maxBytes)
    this.#aliases = new ByteLru(maxBytes / 16)
  }

  get entries(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#entries.bytes
  }

  /** Seconds since the last good answer about changes; NaN before the first. */
  get newsAge(): number {
    return Number.isFinite(this.#knownAsOf) ? (this.#now() - this.#knownAsOf) / 1_000 : Number.NaN
  }

  /** What a URL was answered with before, while that still counts. */
  hit(url: string): Prepared | undefined {
    const key = this.#aliases.get(url)
    return key === undefined ? undefined : this.#live(key)
  }

  /**
   * The entry of a key, or what the one filler brings; whoever asks meanwhile waits for the same filler.
   * @throws what the filler throws, to all who wait; nothing is kept then
   */
  async through(url: string, key: string, fill: () => Promise<Filled>): Promise<Prepared> {
    if (url.length <= aliasBytes) this.#aliases.set(url, key, key.length)
    const live = this.#live(key)
    if (live) return live
    const running = this.#filling.get(key)
    if (running) return running
    const filling = this.#fill(key, fill).finally(() => {
      if (this.#filling.get(key) === filling) this.#filling.delete(key)
    })
    this.#filling.set(key, filling)
    return filling
  }

  /**
   * What changed, as of a moment: the one at which the question was sent.
   * Fillers that run now may have read before the change: they answer those who wait, are not kept, and are not joined.
   */
  learn(changes: readonly Change[], reset: boolean, asOf: Date): void {
    if (reset || changes.length > 0) {
      this.#generation += 1
      this.#filling.clear()
    }
    if (reset) this.#entries.clear()
    else if (changes.length > 0) {
      const names = new Set(changes.flatMap(({ productId, handle }) => [productId, handle]))
      this.#entries.deleteWhere(isGone(names))
    }
    this.#knownAsOf = asOf.getTime()
  }

  #now(): number {
    return this.#clock.now().getTime()
  }

  #live(key: string): Prepared | undefined {
    const now = this.#now()
    if (now - this.#knownAsOf >= maxStaleMs) return undefined
    const entry = this.#entries.get(key)
    if (!entry || entry.until <= now) return undefined
    return entry.prepared
  }

  async #fill(key: string, fill: () => Promise<Filled>): Promise<Prepared> {
    const generation = this.#generation
    const begun = this.#now()
    const filled = await fill()
    const isAged = filled.prepared.kind === 'absent' || filled.dependence.on === 'age'
    const until = isAged ? begun + maxStaleMs : Number.POSITIVE_INFINITY
    if (generation === this.#generation) {
      this.#entries.set(key, { ...filled, until }, bytesOf(filled))
    }
    return filled.prepared
  }
}
