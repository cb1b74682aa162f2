import { describe, expect, it } from '@jest/globals'
import { isListed, type Metric } from './metric.ts'
import { metricSchema } from './metrics.ts'

const schema: readonly (readonly [string, Metric])[] = Object.entries(metricSchema)

/** The names of those of which something does not hold. */
const but = (holds: (name: string, metric: Metric) => boolean): readonly string[] =>
  schema.filter(([name, metric]) => !holds(name, metric)).map(([name]) => name)

const personal = /(^|_)(id|email|user|account|order|sku|token|address|ip)$/

describe('every metric of the schema', () => {
  it('is named as Prometheus wants it: words, the base unit, `_total` for counters alone', () => {
    const isNamed = (name: string, { kind, unit }: Metric) => {
      const plain = name.replace(/_total$/, '')
      const hasUnit =
        unit === 'none' ? !/_(seconds|bytes|ratio|minor)$/.test(plain) : plain.endsWith(`_${unit}`)
      return hasUnit && name.endsWith('_total') === (kind === 'counter')
    }
    // https://prometheus.io/docs/practices/naming/
    expect(but(isNamed)).toEqual([])
    expect(but((name) => /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(name))).toEqual([])
  })

  it('says in one line what it is, and which apps have it', () => {
    expect(but((_, { help }) => /^\S[^\n]{8,150}[^\s.]$/.test(help))).toEqual([])
    expect(but((_, { apps }) => apps.length > 0 && new Set(apps).size === apps.length)).toEqual([])
  })

  it('has labels that stay few and name nobody', () => {
    const isImpersonal = (label: string) => /^[a-z][a-z_]*$/.test(label) && !personal.test(label)
    expect(but((_, { labels }) => Object.keys(labels).every(isImpersonal))).toEqual([])
    const isSmall = (_: string, { labels }: Metric) =>
      Object.values(labels).reduce(
        (all, values) => all * (isListed(values) ? values.length : 1),
        1,
      ) < 64
    expect(but(isSmall)).toEqual([])
  })

  it('that is a histogram has buckets of its own, which rise', () => {
    const rise = (_: string, { kind, buckets = [] }: Metric) =>
      kind !== 'histogram' ||
      (buckets.length > 3 && buckets.every((bound, at) => at === 0 || bound > buckets[at - 1]!))
    expect(but(rise)).toEqual([])
  })
})
