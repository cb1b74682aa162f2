import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { logFieldSchema } from '@micromart/contracts/telemetry'
import { root } from '../machine/paths.mjs'

const folder = path.join(root, 'deploy', 'observability')

/** What Filebeat adds to a line, and what sidecars say beside it. */
const shipped = {
  'container.name': { type: 'keyword' },
  'log.file.path': { type: 'keyword' },
  'log.logger': { type: 'keyword' },
  stream: { type: 'keyword' },
  dapr: { type: 'object', dynamic: true },
  labels: { type: 'object', dynamic: true },
}

/** Names of all fields that Elasticsearch takes; `labels` and `dapr` take more below them. */
export const logFields = () => [...Object.keys(logFieldSchema), ...Object.keys(shipped)]

const place = (properties, [step, ...rest], mapping) => {
  if (rest.length === 0) return { ...properties, [step]: { ...properties[step], ...mapping } }
  const inner = place(properties[step]?.properties ?? {}, rest, mapping)
  return { ...properties, [step]: { ...properties[step], properties: inner } }
}

const mappingOf = ({ type, dynamic }) => ({
  type,
  ...(type === 'keyword' && { ignore_above: 1024 }),
  ...(dynamic && { dynamic }),
})

const properties = () =>
  Object.entries({ ...logFieldSchema, ...shipped }).reduce(
    (all, [name, spec]) => place(all, name.split('.'), mappingOf(spec)),
    {},
  )

/** Whatever is below `labels` and `dapr` is kept as a whole, and no guess about types is made. */
const asKeywords = (name) => ({
  [name]: {
    path_match: `${name}.*`,
    mapping: { type: 'keyword', ignore_above: 1024 },
  },
})

/** The index template: a field that nobody knows is refused. */
const template = () => ({
  index_patterns: ['logs-micromart-*'],
  data_stream: {},
  priority: 300, // above the one that Elasticsearch brings for logs-*-*
  template: {
    settings: {
      'index.lifecycle.name': 'micromart-logs',
      'index.number_of_replicas': 0,
      'index.mapping.total_fields.limit': 400,
    },
    mappings: {
      dynamic: 'strict',
      date_detection: false,
      dynamic_templates: [asKeywords('labels'), asKeywords('dapr')],
      properties: properties(),
    },
  },
  _meta: { description: 'Generated from pkg/contracts by "npm run generate"' },
})

const dataView = 'micromart-logs'

/** Searches and the dashboard as they are written: `{ searches: [{ id, title, query, columns }], dashboard: { title, description } }`. */
export const kibanaSource = () =>
  parse(readFileSync(path.join(folder, 'kibana', 'source.yaml'), 'utf8'))

const savedObject = (type, id, attributes, references = []) => ({
  type,
  id,
  attributes,
  references,
  coreMigrationVersion: '8.8.0',
})

const dataViewObject = () =>
  savedObject('index-pattern', dataView, {
    title: 'logs-micromart-*',
    name: 'MicroMart logs',
    timeFieldName: '@timestamp',
  })

const searchObject = ({ id, title, description, query, columns }) => {
  const source = {
    query: { query, language: 'kuery' },
    filter: [],
    indexRefName: 'kibanaSavedObjectMeta.searchSourceJSON.index',
  }
  return savedObject(
    'search',
    id,
    {
      title,
      description,
      columns,
      sort: [['@timestamp', 'asc']],
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    [{ type: 'index-pattern', id: dataView, name: source.indexRefName }],
  )
}

const dashboardObject = ({ searches, dashboard }) => {
  const panels = searches.map(({ id }, index) => ({
    type: 'search',
    panelIndex: id,
    panelRefName: `panel_${id}`,
    gridData: { x: 24 * (index % 2), y: 15 * Math.floor(index / 2), w: 24, h: 15, i: id },
    embeddableConfig: {},
  }))
  const source = { query: { query: '', language: 'kuery' }, filter: [] }
  return savedObject(
    'dashboard',
    'micromart-logs',
    {
      ...dashboard,
      panelsJSON: JSON.stringify(panels),
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      timeRestore: true,
      timeFrom: 'now-1h',
      timeTo: 'now',
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    searches.map(({ id }) => ({ type: 'search', id, name: `${id}:panel_${id}` })),
  )
}

/** What Kibana's import takes, one object a line. */
export const savedObjects = (source = kibanaSource()) => [
  dataViewObject(),
  ...source.searches.map(searchObject),
  dashboardObject(source),
]

/** What `npm run generate` writes: path in the checkout and text. */
export const generatedLogs = () => ({
  'deploy/observability/elasticsearch/template.json': JSON.stringify(template(), undefined, 2),
  'deploy/observability/kibana/saved-objects.ndjson': savedObjects()
    .map((each) => `${JSON.stringify(each)}\n`)
    .join(''),
})
