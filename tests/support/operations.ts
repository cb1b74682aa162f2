import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly minItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
}

type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean }

type Documented = {
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>
  }
}

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const file = new URL('../../gateway/openapi.json', import.meta.url)
const { paths, components } = JSON.parse(readFileSync(file, 'utf8')) as Document

/** Who may use an operation, as its `security` says. */
export type Asks =
  | { readonly kind: 'none' }
  | { readonly kind: 'required' | 'optional' | 'order-token'; readonly scope: string }

export type Operation = {
  /** `GET /v1/me` */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly asks: Asks
  /** Headers that a request cannot do without. */
  readonly headers: readonly string[]
  readonly body: { readonly mediaType: string; readonly schema: Schema } | undefined
}

const asksOf = ({ security }: Documented): Asks => {
  const scope = security.flatMap(({ bearer = [] }) => bearer)[0]
  if (scope === undefined) return { kind: 'none' }
  if (security.some((one) => Object.keys(one).length === 0)) return { kind: 'optional', scope }
  const kind = security.some((one) => 'orderToken' in one) ? 'order-token' : 'required'
  return { kind, scope }
}

const bodyOf = ({ requestBody }: Documented): Operation['body'] => {
  const [content] = Object.entries(requestBody?.content ?? {})
  return content && { mediaType: content[0], schema: content[1].schema }
}

/** Every operation of the OpenAPI document. */
export const operations: readonly Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, documented]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    asks: asksOf(documented),
    headers: (documented.parameters ?? [])
      .filter(({ in: place, required }) => place === 'header' && required)
      .map(({ name }) => name.toLowerCase()),
    body: bodyOf(documented),
  })),
)

const resolved = (schema: Schema): Schema => {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (components.schemas[name] ?? {})
}

type Extent = 'least' | 'whole'

const objectOf = ({ properties = {}, required = [] }: Schema, extent: Extent): object => {
  const names = extent === 'least' ? required : Object.keys(properties)
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] ?? {}, extent)]))
}

/**
 * What a schema lets through, each value the first that it allows; texts that name somebody are new.
 * @param extent `least`: what it requires; `whole`: every field that it knows, and one item in each list
 */
export const sampleOf = (given: Schema, extent: Extent = 'least'): unknown => {
  const schema = resolved(given)
  const { type, format, examples = [], enum: values = [], minLength = 1, minItems = 0 } = schema
  if (schema.const !== undefined) return schema.const
  if (values.length > 0) return values[0]
  if (format === 'email') return `${randomUUID()}@test.example`
  if (examples.length > 0) return examples[0]
  if (type === 'object') return objectOf(schema, extent)
  if (type === 'array') {
    const length = extent === 'least' ? minItems : Math.max(1, minItems)
    return Array.from({ length }, () => sampleOf(schema.items ?? {}, extent))
  }
  if (type === 'boolean') return false
  if (type === 'integer') return Math.max(0, schema.minimum ?? 0)
  return 'x'.repeat(Math.max(1, minLength))
}

/** An object somewhere in a body: where, as JSON Pointer parts, and what it may hold. */
export type Place = { readonly at: readonly string[]; readonly schema: Schema }

/** Every object that a body of this schema holds, itself first. */
export const objectsIn = (given: Schema, at: readonly string[] = []): readonly Place[] => {
  const schema = resolved(given)
  const { type, items, properties = {} } = schema
  if (type === 'array') return objectsIn(items ?? {}, [...at, '0'])
  if (type !== 'object') return []
  const inner = Object.entries(properties)
  return [{ at, schema }, ...inner.flatMap(([name, one]) => objectsIn(one, [...at, name]))]
}
