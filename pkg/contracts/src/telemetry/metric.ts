import type { App } from '../names.ts'

/** Prometheus' words for units: they end the name, before `_total`. `none`: the name says what is counted. */
export type Unit = 'seconds' | 'bytes' | 'ratio' | 'units' | 'minor' | 'none'

/** Values of a label that cannot be listed here and are bounded all the same. */
export type Bounded = { readonly what: string; readonly allows: (value: string) => boolean }

/** All values of a label, or what bounds them. */
export type LabelValues = readonly string[] | Bounded

/** One metric as every app that is named exposes it. Its key in the schema is its name in Prometheus. */
export type Metric = {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly unit: Unit
  /** What one sample says, for `# HELP`. */
  readonly help: string
  /** Never an id, an address or a text of somebody's: each value is a series that is kept for weeks. */
  readonly labels: Readonly<Record<string, LabelValues>>
  readonly apps: readonly App[]
  /** Upper bounds of a histogram, ascending. */
  readonly buckets?: readonly number[]
}

/** A part of the schema. */
export type Metrics = Readonly<Record<string, Metric>>

export const isListed = (values: LabelValues): values is readonly string[] => Array.isArray(values)

/** Whether a label may have a value. */
export const allows = (values: LabelValues, value: string): boolean =>
  isListed(values) ? values.includes(value) : values.allows(value)

export const among = (what: string, list: readonly string[]): Bounded => {
  const known = new Set(list)
  return { what, allows: (value) => known.has(value) }
}

export const like = (what: string, form: RegExp): Bounded => ({
  what,
  allows: (value) => form.test(value),
})
