import { logFields } from './logs.mjs'

const isField = (name) => logFields().includes(name) || /^(labels|dapr)\.\w+$/.test(name)

/** Fields that a KQL query compares. */
const fieldsIn = (query) => [...query.matchAll(/([\w.@]+)\s*:/g)].map(([, name]) => name)

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const jsonFaults = ({ attributes }) =>
  Object.entries({ ...attributes, ...attributes.kibanaSavedObjectMeta })
    .filter(([name, text]) => name.endsWith('JSON') && parsed(text) === undefined)
    .map(([name]) => `${name} is no JSON`)

const referenceFaults = ({ references }, all) =>
  references
    .filter(({ type, id }) => !all.some((other) => other.type === type && other.id === id))
    .map(({ type, id }) => `refers to ${type} ${id}, which is not there`)

/** A panel is found by the name of its reference. */
const panelFaults = ({ attributes, references }) =>
  (parsed(attributes.panelsJSON ?? '[]') ?? [])
    .filter(
      ({ panelIndex, panelRefName }) =>
        !references.some(({ name }) => name === `${panelIndex}:${panelRefName}`),
    )
    .map(({ panelIndex }) => `its panel ${panelIndex} refers to nothing`)

const fieldFaults = ({ attributes: { columns = [], kibanaSavedObjectMeta } }) => {
  const { query } = parsed(kibanaSavedObjectMeta?.searchSourceJSON) ?? {}
  return [...columns, ...fieldsIn(query?.query ?? '')]
    .filter((name) => !isField(name))
    .map((name) => `${name} is no field`)
}

/** What is wrong with Kibana's saved objects: `[text]`; ids, JSON within JSON, references, fields. */
export const kibanaFaults = (objects) => {
  const names = objects.map(({ type, id }) => `${type} ${id}`)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...twice.map((name) => `${name}: is there twice`),
    ...objects.flatMap((each) =>
      [
        ...jsonFaults(each),
        ...referenceFaults(each, objects),
        ...panelFaults(each),
        ...fieldFaults(each),
      ].map((fault) => `${each.type} ${each.id}: ${fault}`),
    ),
  ]
}
