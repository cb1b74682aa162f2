import { createRequire } from 'node:module'
import { crdProjects, crdTexts, kubernetesApi } from './go-modules.mjs'
import { nameOf } from './objects.mjs'

const require = createRequire(import.meta.url)

const keyOf = ({ apiVersion, kind }) => `${apiVersion} ${kind}`

const textOrNumber = { type: ['string', 'number'] }

/** In a manifest a number may stand for both: `cpu: 2`, `port: 443`. */
const loose = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': textOrNumber,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': textOrNumber,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': {},
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))

/** An API description's schema as JSON Schema that refuses fields which it does not name, as kubectl's strict validation does. */
const strict = (schema) => {
  if (schema['x-kubernetes-int-or-string']) return textOrNumber
  const { properties, items, additionalProperties, allOf, required, enum: values, $ref } = schema
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] || additionalProperties
  return {
    ...($ref && { $ref }),
    ...(schema.type && { type: schema.type }),
    ...(values && { enum: values }),
    ...(required && { required }),
    ...(schema.pattern && { pattern: schema.pattern }),
    ...(items && { items: strict(items) }),
    ...(properties && { properties: mapped(properties, strict) }),
    ...(properties && !isOpen && { additionalProperties: false }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: strict(additionalProperties),
    }),
    ...(allOf && { allOf: allOf.map((each) => ({ ...strict(each), additionalProperties: true })) }),
  }
}

const kindsOf = ({ 'x-kubernetes-group-version-kind': kinds = [] }) =>
  kinds.map(({ group, version, kind }) => ({
    apiVersion: group ? `${group}/${version}` : version,
    kind,
  }))

/** Kubernetes' own: definitions, and by key which of them is an object's. */
const ofKubernetes = async () => {
  const { definitions } = await kubernetesApi()
  const names = Object.entries(definitions).flatMap(([name, schema]) =>
    kindsOf(schema).map((each) => [keyOf(each), `#/definitions/${name}`]),
  )
  return {
    definitions: { ...mapped(definitions, strict), ...loose },
    references: Object.fromEntries(names),
  }
}

/** What every object has beside what its resource says. */
const common = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
}

const ofResource = ({ spec }) =>
  spec.versions.map(({ name, schema }) => {
    const own = strict(schema.openAPIV3Schema)
    const key = keyOf({ apiVersion: `${spec.group}/${name}`, kind: spec.names.kind })
    return [key, { ...own, properties: { ...own.properties, ...common } }]
  })

const ofProjects = async () => {
  const { parseAllDocuments } = await import('yaml')
  const texts = (await Promise.all(crdProjects.map(crdTexts))).flat()
  const resources = texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()))
    .filter((each) => each?.kind === 'CustomResourceDefinition')
  return Object.fromEntries(resources.flatMap(ofResource))
}

/** A schema's pattern is Go's, which says within that case does not count. */
const regExpOfGo = (pattern, flags) =>
  pattern.includes('(?i)')
    ? new RegExp(pattern.replace('(?i)', ''), `${flags}i`)
    : new RegExp(pattern, flags)

/**
 * A judge of objects by the descriptions of Kubernetes' API and of the custom resources: `(object) => faults`. Needs `npm ci`.
 * @throws Fault when they cannot be had
 */
export const schemaJudge = async () => {
  const { default: Ajv } = require('ajv')
  const { definitions, references } = await ofKubernetes()
  const custom = await ofProjects()
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    unicodeRegExp: false,
    code: { regExp: regExpOfGo },
  })
  const judges = new Map()
  const judgeFor = (key) => {
    const schema = custom[key] ?? (references[key] && { $ref: references[key] })
    if (schema && !judges.has(key)) judges.set(key, ajv.compile({ ...schema, definitions }))
    return judges.get(key)
  }
  return (object) => {
    const judge = judgeFor(keyOf(object))
    if (!judge) return [`${nameOf(object)}: no such kind, ${keyOf(object)}`]
    if (judge(object)) return []
    return judge.errors.map(
      ({ instancePath, message, params }) =>
        `${nameOf(object)}: ${instancePath} ${message} ${params.additionalProperty ?? ''}`,
    )
  }
}
