import { z } from 'zod'

export type JsonSchema = { readonly [key: string]: unknown }

type Side = 'input' | 'output'

const inComponents = '#/components/schemas/'

/** zod's own notes; `id` as the name of a property holds a schema, not a text. */
const isNote = (key: string, value: unknown): boolean =>
  key === '$defs' || key === '$schema' || (key === 'id' && typeof value === 'string')

/** Definitions move from each schema's own `$defs` to the document's components. */
const relinked = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(relinked)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node)
    .filter(([key, value]) => !isNote(key, value))
    .map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace('#/$defs/', inComponents)]
        : [key, relinked(value)],
    )
  return Object.fromEntries(entries)
}

const nameOf = (shape: z.ZodType): string | undefined => shape.meta()?.id

/** Writes shapes as JSON Schemas; those with a name become components, once. */
export const schemaWriter = () => {
  const components = new Map<string, unknown>()

  const write = (shape: z.ZodType, io: Side): JsonSchema => {
    const schema = z.toJSONSchema(shape, {
      io,
      reused: 'inline',
      unrepresentable: 'any',
      // Answers may gain members within a version; clients ignore what they do not know.
      override: ({ jsonSchema }) => {
        if (io === 'output') delete jsonSchema.additionalProperties
      },
    })
    const definitions = Object.entries(schema.$defs ?? {})
    for (const [name, definition] of definitions) components.set(name, relinked(definition))
    return relinked(schema) as JsonSchema
  }
  return {
    /** A body or an answer. */
    ref: (shape: z.ZodType, io: Side): JsonSchema => {
      const name = nameOf(shape)
      const schema = write(shape, io)
      if (name === undefined) return schema
      if (!('$ref' in schema)) components.set(name, schema)
      return { $ref: `${inComponents}${name}` }
    },
    /** A parameter: as it is after its text was read. */
    inline: (shape: z.ZodType): JsonSchema => write(shape, 'output'),
    components: () =>
      Object.fromEntries([...components].toSorted(([left], [right]) => (left < right ? -1 : 1))),
  }
}
