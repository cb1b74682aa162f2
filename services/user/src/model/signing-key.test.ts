import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { accessTokenSeconds } from './session.ts'
import { nextKeyStep, signerCacheMs, type SigningKey, verifierCacheMs } from './signing-key.ts'

type Moment = { readonly at: number; readonly keys: readonly SigningKey[] }

const slotOf = (keys: readonly SigningKey[], slot: SigningKey['slot']) =>
  keys.filter((key) => key.slot === slot)

/** What the store and the use case do together, without either. */
const applied = (keys: readonly SigningKey[], now: Date, kid: string): readonly SigningKey[] => {
  const step = nextKeyStep(keys, now)
  if (!step) return keys
  if (step.step === 'forget') return keys.filter((key) => key.kid !== step.kid)
  if (step.step === 'create') {
    const activeSince = step.slot === 'active' ? now : undefined
    const never = { retiredAt: undefined, rotationAskedAt: undefined }
    const made = { kid, slot: step.slot, createdAt: now, activeSince, ...never }
    const publicJwk = { kty: 'EC', crv: 'P-256', x: '', y: '' } as const
    return [...keys, { ...made, publicJwk, sealedPrivate: '' }]
  }
  return keys.map((key) => {
    if (key.kid === step.active) return { ...key, slot: 'retired', retiredAt: now }
    return key.kid === step.next ? { ...key, slot: 'active', activeSince: now } : key
  })
}

/** What an operator asks for: the active key shall be replaced. */
const askedAt = (keys: readonly SigningKey[], now: Date): readonly SigningKey[] =>
  keys.map((key) => (key.slot === 'active' ? { ...key, rotationAskedAt: now } : key))

type Look = number | { readonly gap: number; readonly asks: boolean }

/** The keys over time, looked after at these intervals, as often as each time needs. */
const history = (looks: readonly Look[]): readonly Moment[] => {
  const moments: Moment[] = []
  let [at, keys, made]: [number, readonly SigningKey[], number] = [0, [], 0]
  for (const look of looks) {
    at += typeof look === 'number' ? look : look.gap
    if (typeof look === 'object' && look.asks) keys = askedAt(keys, new Date(at))
    while (nextKeyStep(keys, new Date(at))) {
      made += 1
      keys = applied(keys, new Date(at), `key-${String(made)}`)
    }
    moments.push({ at, keys })
  }
  return moments
}

const publishedAt = (moments: readonly Moment[], at: number): readonly SigningKey[] =>
  moments.findLast((moment) => moment.at <= at)?.keys ?? []

const minute = 60_000
const month = 30 * 24 * 60 * minute
// A sweep a minute is the rule; an outage can make the gap any length.
const gap = fc.oneof(
  fc.integer({ min: 1, max: 2 * minute }),
  fc.integer({ min: 1, max: month }),
  fc.constant(month),
)
const look = fc.record({ gap, asks: fc.boolean() })
const gaps = fc.array(look, { minLength: 1, maxLength: 60 })

describe('signing keys', () => {
  it('begin with one that signs and one that is published ahead', () => {
    const [first] = history([0])
    expect(first?.keys.map(({ slot }) => slot)).toEqual(['active', 'next'])
  })

  it('are one active, one next and any retired, at all times', () => {
    fc.assert(
      fc.property(gaps, (times) => {
        for (const { keys } of history(times)) {
          expect(slotOf(keys, 'active')).toHaveLength(1)
          expect(slotOf(keys, 'next')).toHaveLength(1)
        }
      }),
    )
  })

  it('S27 are published a verifier’s cache time before they sign', () => {
    fc.assert(
      fc.property(gaps, (times) => {
        const moments = history(times)
        const kidsAt = (at: number) => publishedAt(moments, at).map(({ kid }) => kid)
        for (const { keys } of moments) {
          const active = slotOf(keys, 'active')[0]
          const since = active?.activeSince?.getTime() ?? NaN
          if (moments[0]?.at === since) continue // the very first: nobody can hold a set without it
          expect(kidsAt(since - verifierCacheMs)).toContain(active?.kid)
        }
      }),
    )
  })

  it('S27 are kept until the last token they signed has expired', () => {
    fc.assert(
      fc.property(gaps, (times) => {
        const moments = history(times)
        moments.slice(1).forEach(({ at, keys }, index) => {
          const before = moments[index]?.keys ?? []
          const gone = before.filter(({ kid }) => !keys.some((key) => key.kid === kid))
          for (const { retiredAt } of gone) {
            const lastToken = (retiredAt?.getTime() ?? NaN) + signerCacheMs
            expect(at).toBeGreaterThanOrEqual(lastToken + accessTokenSeconds * 1000)
          }
        })
      }),
    )
  })

  it('S27 rotate when it is asked for, as soon as every verifier knows the next one', () => {
    const minutes = Array.from({ length: 30 }, (_, index) => ({ gap: minute, asks: index === 5 }))
    const moments = history(minutes)
    const rotated = moments.find(({ keys }) => slotOf(keys, 'retired').length > 0)
    expect(rotated?.at).toBe(13 * minute) // published at 1, known at 13
    const again = history([0, month / 2, { gap: minute, asks: true }])
    expect(slotOf(again.at(-1)?.keys ?? [], 'retired')).toHaveLength(1) // it was published long ago
  })

  it('rotate once a month when looked after each hour', () => {
    const hours = Array.from({ length: 24 * 91 }, () => 60 * minute)
    const active = history(hours).flatMap(({ keys }) =>
      slotOf(keys, 'active').map(({ kid }) => kid),
    )
    expect(new Set(active).size).toBe(4)
  })
})
