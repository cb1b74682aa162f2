/**
 * What breaks a client when one OpenAPI 3.1 document replaces another (docs/versioning.md).
 * A client may send all it could send before, and finds in answers all it could find before.
 */
const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']

const follow = (document, schema) =>
  schema?.$ref
    ? follow(
        document,
        schema.$ref
          .slice(2)
          .split('/')
          .reduce((at, key) => at?.[key], document),
      )
    : (schema ?? {})

const typesOf = ({ type, anyOf, oneOf, const: only, enum: several }) => {
  if (type) return [type].flat()
  const values = only === undefined ? several : [only]
  if (values) return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))]
  return [...new Set((anyOf ?? oneOf ?? []).flatMap(typesOf))]
}

const valuesOf = ({ enum: several, const: only }) =>
  several ?? (only === undefined ? undefined : [only])

const bounds = [
  ['maximum', (before, after) => after < (before ?? Infinity)],
  ['maxLength', (before, after) => after < (before ?? Infinity)],
  ['maxItems', (before, after) => after < (before ?? Infinity)],
  ['minimum', (before, after) => after > (before ?? -Infinity)],
  ['minLength', (before, after) => after > (before ?? 0)],
  ['minItems', (before, after) => after > (before ?? 0)],
]

/** @param side 'request': what may be sent must not shrink; 'response': what is found must not shrink */
const compareSchemas = (documents, beforeAt, afterAt, side, where, depth = 0) => {
  if (!beforeAt || depth > 12) return []
  const before = follow(documents.before, beforeAt)
  const after = follow(documents.after, afterAt)
  const [wide, narrow] = side === 'request' ? [before, after] : [after, before]
  const found = []
  const types = typesOf(narrow)
  const lost = types.length > 0 ? typesOf(wide).filter((type) => !types.includes(type)) : []
  const allowed = lost.filter((type) => !(type === 'integer' && types.includes('number')))
  if (allowed.length > 0) found.push(`${where}: type ${typesOf(before)} became ${typesOf(after)}`)
  if (side === 'request') {
    const kept = valuesOf(after)
    const gone = kept ? (valuesOf(before) ?? []).filter((value) => !kept.includes(value)) : []
    if (gone.length > 0) found.push(`${where}: no longer takes ${gone.join(', ')}`)
    for (const [bound, narrower] of bounds) {
      if (after[bound] !== undefined && narrower(before[bound], after[bound])) {
        found.push(`${where}: ${bound} ${before[bound] ?? 'none'} became ${after[bound]}`)
      }
    }
  }
  const oldOnes = before.properties ?? {}
  const newOnes = after.properties ?? {}
  for (const [name, schema] of Object.entries(oldOnes)) {
    const at = `${where}/${name}`
    if (!(name in newOnes)) found.push(`${at}: is gone`)
    else found.push(...compareSchemas(documents, schema, newOnes[name], side, at, depth + 1))
  }
  const required = (schema) => schema.required ?? []
  const [must, may] = side === 'request' ? [after, before] : [before, after]
  for (const name of required(must).filter((name) => !required(may).includes(name))) {
    if (side === 'request') found.push(`${where}/${name}: is now required`)
    else if (name in newOnes) found.push(`${where}/${name}: may now be absent`)
  }
  if (before.items) {
    found.push(
      ...compareSchemas(documents, before.items, after.items, side, `${where}/[]`, depth + 1),
    )
  }
  return found
}

const compareParameters = (documents, before, after, where) => {
  const key = ({ in: place, name }) => `${place} ${name.toLowerCase()}`
  const list = (document, operation) =>
    new Map(
      (operation.parameters ?? [])
        .map((one) => follow(document, one))
        .map((one) => [key(one), one]),
    )
  const old = list(documents.before, before)
  const now = list(documents.after, after)
  const found = []
  for (const [name, parameter] of old) {
    const next = now.get(name)
    if (!next) found.push(`${where} ${name}: is gone`)
    else
      found.push(
        ...compareSchemas(documents, parameter.schema, next.schema, 'request', `${where} ${name}`),
      )
  }
  for (const [name, { required }] of now) {
    if (required && !old.get(name)?.required) found.push(`${where} ${name}: is now required`)
  }
  return found
}

const compareContents = (documents, before, after, side, where) =>
  Object.entries(before ?? {}).flatMap(([type, { schema }]) =>
    after?.[type]
      ? compareSchemas(documents, schema, after[type].schema, side, where)
      : [`${where}: no longer ${type}`],
  )

const compareOperations = (documents, before, after, where) => {
  const answers = Object.entries(before.responses ?? {}).flatMap(([status, response]) => {
    const next = after.responses?.[status]
    if (!next) return [`${where} ${status}: is gone`]
    const [old, now] = [follow(documents.before, response), follow(documents.after, next)]
    return compareContents(documents, old.content, now.content, 'response', `${where} ${status}`)
  })
  const [body, nextBody] = [before.requestBody, after.requestBody]
  const bodies = compareContents(
    documents,
    body?.content,
    nextBody?.content,
    'request',
    `${where} body`,
  )
  const demanded = nextBody?.required && !body?.required ? [`${where} body: is now required`] : []
  return [...compareParameters(documents, before, after, where), ...bodies, ...demanded, ...answers]
}

/** Each breaking change as a sentence; an empty list when clients go on as they are. */
export const breakingChanges = (before, after) =>
  Object.entries(before.paths ?? {}).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .flatMap((method) => {
        const where = `${method.toUpperCase()} ${path}`
        const next = after.paths?.[path]?.[method]
        return next
          ? compareOperations({ before, after }, item[method], next, where)
          : [`${where}: is gone`]
      }),
  )
