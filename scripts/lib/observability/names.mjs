import { foreignPrefixes, isListed, metricSchema } from '@micromart/contracts/telemetry'
import { isQuery, selectorsOf } from './promql.mjs'

/** Labels that Prometheus sets, not the app. */
const targetLabels = ['app', 'job', 'instance', 'namespace', 'pod']
/** What Prometheus makes itself, and what our rules record. */
const isRecorded = (metric) => metric === 'up' || metric === 'ALERTS' || metric.startsWith('slo:')

const familyOf = (metric) => {
  if (metricSchema[metric]) return metricSchema[metric]
  const family = metricSchema[metric.replace(/_(bucket|sum|count)$/, '')]
  return family?.kind === 'histogram' ? family : undefined
}

const valuesFaults = (metric, { label, operator, value }, known) => {
  if (operator.startsWith('!') || value.includes('$') || !isListed(known)) return []
  const matches =
    operator === '=~' ? known.filter((each) => new RegExp(`^(${value})$`).test(each)) : known
  const isThere = operator === '=~' ? matches.length > 0 : known.includes(value)
  return isThere ? [] : [`${metric}: ${label} is never ${value}`]
}

const bucketFaults = (metric, { value }, { buckets = [] }) =>
  value === '+Inf' || buckets.includes(Number(value)) ? [] : [`${metric} has no bucket ${value}`]

const matcherFaults = (metric, family, matcher) => {
  const { label } = matcher
  if (targetLabels.includes(label)) return []
  if (label === 'le' && metric.endsWith('_bucket')) return bucketFaults(metric, matcher, family)
  const known = family.labels[label]
  return known ? valuesFaults(metric, matcher, known) : [`${metric} has no label ${label}`]
}

const selectorFaults = ({ metric, matchers }) => {
  if (metric === undefined) return []
  if (isRecorded(metric)) return []
  const family = familyOf(metric)
  if (!family) {
    const isForeign = foreignPrefixes.some((prefix) => metric.startsWith(prefix))
    return isForeign ? [] : [`${metric} is not in the schema`]
  }
  return matchers.flatMap((matcher) => matcherFaults(metric, family, matcher))
}

/** What a query says that the schema of telemetry does not know: metrics, labels, values, buckets. */
export const queryFaults = (query) =>
  isQuery(query) ? selectorsOf(query).flatMap(selectorFaults) : [`cannot be read: ${query}`]
