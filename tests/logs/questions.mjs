const hitsOf = async (ask, index, query, more = {}) => {
  const { hits } = await ask('POST', `${index}/_search`, { size: 500, query, ...more })
  return hits.hits.map(({ _source }) => _source)
}

const byTrace = (ask, stream, traceId) =>
  hitsOf(ask, stream, { term: { 'trace.id': traceId } }, { sort: [{ '@timestamp': 'asc' }] })

/** What a person reads of a trace, in order. */
export const linesOf = async (ask, stream, traceId) =>
  (await byTrace(ask, stream, traceId)).map((line) => {
    const { service, event = {}, labels = {}, message } = line
    const about = labels.rpc ?? labels.topic ?? labels.route ?? message
    return `${line['@timestamp'].slice(11, 23)} ${service.name.padEnd(8)} ${event.action ?? '-'} ${about}`
  })

/** Lucene's query language says what KQL says, for queries as plain as ours. */
const luceneOf = (query) =>
  query.replaceAll(/\s*:\s*/g, ':').replaceAll(/\b(and|or|not)\b/g, (word) => word.toUpperCase())

/** How many lines each search of Kibana's would show: `[{ id, count }]`. */
export const foundBy = (searches, { ask, stream }) =>
  Promise.all(
    searches.map(async ({ id, query }) => {
      const asked = { query: { query_string: { query: luceneOf(query) } } }
      return { id, count: (await ask('POST', `${stream}/_count`, asked)).count }
    }),
  )

const apps = ['gateway', 'user', 'cart', 'product', 'order', 'payment']

/** Each of these ends before the next one does. */
const ends = ['HoldStock', 'Charge', 'PlaceOrder', '/v1/orders']

const nameOf = ({ labels = {} }) => labels.rpc?.split('/').at(-1) ?? labels.route

const orderFaults = (lines) => {
  const seen = lines.map(nameOf).filter((name) => ends.includes(name))
  return seen.join() === ends.join() ? [] : [`in this order: ${seen.join(', ')}`]
}

const tracedFaults = async ({ ask, stream, traceId }) => {
  const lines = await byTrace(ask, stream, traceId)
  const seen = new Set(lines.map(({ service }) => service.name))
  const unlinked = lines.filter(({ span, http }) => !span?.id || !http?.request?.id)
  return [
    ...apps.filter((app) => !seen.has(app)).map((app) => `${app} has no line of the trace`),
    ...orderFaults(lines),
    ...unlinked.map(({ message }) => `"${message}" is of no span or of no request`),
  ]
}

/** Sidecars' lines arrive under their app's name, each with level and text. */
const sidecarFaults = async ({ ask, stream, counts }) => {
  const sidecars = Object.keys(counts).filter((name) => name.endsWith('-dapr'))
  const faults = []
  for (const name of sidecars) {
    const lines = await hitsOf(ask, stream, { term: { 'container.name': name } })
    const good = lines.filter(
      ({ service, log, message }) =>
        service?.name === name.replace('-dapr', '') && log?.level && message,
    )
    if (good.length === 0 || good.length < lines.length) {
      faults.push(`${name}: ${good.length} of ${lines.length} lines are in ECS`)
    }
  }
  return faults
}

const storeFaults = async ({ ask, stream }) => {
  const lines = await hitsOf(ask, stream, { term: { 'container.name': 'mysql' } })
  return lines.length > 0 && lines.every(({ message }) => message) ? [] : ['mysql has no lines']
}

/** The one line with a field that nobody knows, and no other. */
const refusedFaults = async ({ ask, refused }) => {
  const lines = await hitsOf(ask, refused, { match_all: {} })
  const text = JSON.stringify(lines)
  return lines.length === 1 && text.includes('surprise')
    ? []
    : [`refused are ${lines.length} lines: ${text.slice(0, 2000)}`]
}

const secretFaults = async ({ ask, stream, refused, secrets }) => {
  const all = { match_all: {} }
  const text = JSON.stringify(await hitsOf(ask, `${stream},${refused}`, all, { size: 10_000 }))
  return secrets
    .filter((secret) => text.includes(secret))
    .map((secret) => `a secret is in the logs: ${secret.slice(0, 8)}...`)
}

/** What a purchase leaves of itself; nothing of it fails, so the search for failures may be empty. */
const searchFaults = ({ found }) =>
  found
    .filter(({ id, count }) => count === 0 && id !== 'micromart-failures')
    .map(({ id }) => `${id} finds nothing`)

/** What Elasticsearch must answer: `[{ check, faults }]`. */
export const questions = async (of) => [
  { check: 'one trace id finds the lines of all services', faults: await tracedFaults(of) },
  { check: "sidecars' lines are in ECS", faults: await sidecarFaults(of) },
  { check: "the stores' lines are there", faults: await storeFaults(of) },
  { check: 'a field that nobody knows is refused and kept', faults: await refusedFaults(of) },
  { check: "Kibana's searches find something", faults: searchFaults(of) },
  { check: 'no secret is in any line', faults: await secretFaults(of) },
]
