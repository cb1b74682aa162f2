import {
  type Counter as Counting,
  type Histogram as Recording,
  metrics,
  type ObservableCallback,
} from '@opentelemetry/api'
import { isListed, type LabelValues, type Metric } from './metric.ts'
import { type LabelsOf, type MetricName, metricSchema, type NamesOf } from './metrics.ts'

/** The labels as an argument; none for a metric without. */
type Labelled<N extends MetricName> = keyof LabelsOf<N> extends never
  ? readonly []
  : readonly [labels: LabelsOf<N>]

export type Counter<N extends NamesOf<'counter'>> = {
  readonly add: (value: number, ...labels: Labelled<N>) => void
}

export type Histogram<N extends NamesOf<'histogram'>> = {
  readonly record: (value: number, ...labels: Labelled<N>) => void
}

/** Tells the value of one sample. */
type Tell<N extends MetricName> = (value: number, ...labels: Labelled<N>) => void

/** Called when somebody scrapes. */
type Read<N extends MetricName> = (tell: Tell<N>) => void | Promise<void>

const schemaOf = (name: MetricName): Metric => {
  if (!Object.hasOwn(metricSchema, name)) throw new Error(`${name} is not in the telemetry schema`)
  return metricSchema[name]
}

const optionsOf = ({ help, unit, buckets }: Metric) => ({
  description: help,
  ...(unit === 'none' ? {} : { unit }),
  ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
})

const meter = () => metrics.getMeter('@micromart')

type Labels = Readonly<Record<string, string>>

/** Every set of labels that a metric can have; none when one of its labels cannot be listed. */
const allLabels = (labels: Readonly<Record<string, LabelValues>>): readonly Labels[] =>
  Object.entries(labels).reduce<readonly Labels[]>(
    (sets, [label, values]) =>
      isListed(values)
        ? sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
        : [],
    [{}],
  )

type Made = { readonly by: unknown; readonly counters: Map<string, Counting> }

let made: Made | undefined

/** Those of the telemetry that runs now: tests start it more than once. */
const countersNow = (): Map<string, Counting> => {
  const by = metrics.getMeterProvider()
  if (made?.by !== by) made = { by, counters: new Map() }
  return made.counters
}

const begin = (name: MetricName): Counting => {
  const schema = schemaOf(name)
  const counting = meter().createCounter(name, optionsOf(schema))
  for (const labels of allLabels(schema.labels)) counting.add(0, labels)
  return counting
}

/**
 * A counter of the schema, the same for each call. Where all its labels are listed it begins at 0: `increase()` of Prometheus
 * would not see the first event of a series that begins with it. Made before `startTelemetry` it counts nothing.
 */
export const counter = <N extends NamesOf<'counter'>>(name: N): Counter<N> => {
  const counters = countersNow()
  const known = counters.get(name) ?? begin(name)
  counters.set(name, known)
  return known as unknown as Counter<N> // labels are required here, and its own are not typed
}

/** A histogram of the schema, with its buckets. Made before `startTelemetry` it records nothing. */
export const histogram = <N extends NamesOf<'histogram'>>(name: N): Histogram<N> => {
  const recording: Recording = meter().createHistogram(name, optionsOf(schemaOf(name)))
  return recording as unknown as Histogram<N>
}

const observable = (name: MetricName) => {
  const schema = schemaOf(name)
  return schema.kind === 'counter'
    ? meter().createObservableCounter(name, optionsOf(schema))
    : meter().createObservableGauge(name, optionsOf(schema))
}

/** Not a number, and so nothing that an alert compares: the last known value would say that all is as it was. */
const unknown = Number.NaN

const patienceMs = 2_000

/** A scrape does not wait for a store that hangs: what all other gauges say is wanted just then. */
const inTime = async (reading: void | Promise<void>): Promise<void> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the reading took too long')), patienceMs)
  try {
    await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

type Samples = readonly (readonly [value: number, labels: Labels])[]

/** What is told; nothing also when it failed: that is said where the same thing is needed for an answer. */
const taken = async (read: Read<MetricName>): Promise<Samples> => {
  const samples: [number, Labels][] = []
  try {
    await inTime(read((value: number, labels: Labels = {}) => samples.push([value, labels])))
    return samples
  } catch {
    return []
  }
}

const observing = (name: MetricName, read: Read<MetricName>): ObservableCallback => {
  const { kind, labels } = schemaOf(name)
  let known = allLabels(labels)
  return async (result) => {
    const samples = await taken(read)
    if (samples.length > 0) known = samples.map(([, set]) => set)
    else if (kind === 'counter') return // what it has counted stands
    const told = samples.length > 0 ? samples : known.map((set) => [unknown, set] as const)
    for (const [value, set] of told) result.observe(value, set)
  }
}

/**
 * Offers a gauge, or a counter that somebody else keeps, by reading it at each scrape. A gauge of which nothing is told within 2 s is NaN.
 * @returns what ends it
 */
export const observe = <N extends NamesOf<'gauge' | 'counter'>>(
  name: N,
  read: Read<N>,
): Disposable => {
  const instrument = observable(name)
  const callback = observing(name, read)
  instrument.addCallback(callback)
  return { [Symbol.dispose]: () => instrument.removeCallback(callback) }
}
