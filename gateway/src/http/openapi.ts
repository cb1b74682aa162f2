import { z } from 'zod'
import { problem } from '../shapes/problem.ts'
import { schemaWriter, type JsonSchema } from './openapi-schemas.ts'
import { keyUse } from './key-use.ts'
import type { Auth, Body, HeaderSpec, ResponseSpec, Route } from './route.ts'

type Schemas = ReturnType<typeof schemaWriter>

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Malformed, or out of range: see `errors`.',
  401: 'The token is missing, expired or not ours.',
  403: 'The token lacks the scope.',
  404: 'Absent, or a name of the wrong form.',
  409: 'A duplicate, changed meanwhile, or the first request with this key is still running.',
  408: 'The body took too long to arrive.',
  413: 'The body is too large.',
  415: 'The body has another content type.',
  422: 'The state forbids it, or the key was used with other content.',
  429: 'Too many requests: see `Retry-After`.',
  431: 'Path, query and headers together are too large.',
  503: 'A part of the shop is away: see `Retry-After`.',
}

/** Headers that an answer of this status brings, whatever its route. */
const statusHeaders: Readonly<Record<number, readonly string[]>> = {
  202: ['Retry-After'],
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  503: ['Retry-After'],
}

const isKeyed = (route: Route): boolean => keyUse(route) !== 'ignored'

/** Answers that a key keeps, to be repeated. */
const isFrozen = (status: number): boolean => status < 300 || status === 402 || status === 422

/** Under a key 409 may mean that its first request still runs, and an answer may be an earlier request's. */
const headersOf = (status: number, route: Route): readonly string[] => {
  if (status === 409 && isKeyed(route)) return ['Retry-After']
  const replayed = isKeyed(route) && isFrozen(status) ? ['Idempotent-Replayed'] : []
  return [...replayed, ...(statusHeaders[status] ?? [])]
}

const keyHeader = (route: Route): readonly HeaderSpec[] => {
  if (!isKeyed(route)) return []
  const description =
    '1 to 255 printable ASCII characters. A repeat with the same key and content has no further effect and gets the first answer.'
  return [{ name: 'Idempotency-Key', description, required: keyUse(route) === 'required' }]
}

/** What can happen to any request of a route, by what the route asks for. */
const impliedStatuses = (route: Route): number[] => {
  const { auth, budget, body, params, query, path } = route
  return [
    ...(query || body || params ? [400] : []),
    ...(auth.kind === 'none' ? [] : [401, 403]),
    ...(params ? [404] : []),
    ...(body ? [408, 413, 415] : []),
    ...(query || params ? [431] : []),
    ...(budget === 'none' ? [] : [429]),
    ...(path === '/livez' ? [] : [503]),
    ...(isKeyed(route) ? [400, 409, 422] : []),
  ]
}

const problemContent = (schemas: Schemas) => ({
  'application/problem+json': { schema: schemas.ref(problem, 'output') },
})

const headerDocs = (names: readonly string[]) =>
  names.length === 0
    ? {}
    : { headers: Object.fromEntries(names.map((name) => [name, { schema: { type: 'string' } }])) }

const responseDoc = (status: number, spec: ResponseSpec, route: Route, schemas: Schemas) => {
  const { description, shape, mediaType = 'application/json', headers = [] } = spec
  if (status >= 400) {
    const own = shape && { [mediaType]: { schema: schemas.ref(shape, 'output') } }
    const page = spec.mediaType !== undefined && { [mediaType]: { schema: { type: 'string' } } }
    const content = { ...problemContent(schemas), ...own, ...page }
    return { description, ...headerDocs(headersOf(status, route)), content }
  }
  const hasContent = shape !== undefined || spec.mediaType !== undefined
  const schema = shape ? schemas.ref(shape, 'output') : { type: 'string' }
  return {
    description,
    ...headerDocs([...headers, ...headersOf(status, route)]),
    ...(hasContent && { content: { [mediaType]: { schema } } }),
  }
}

const responsesDoc = (route: Route, schemas: Schemas) => {
  const implied = impliedStatuses(route).map((status) => {
    const description = statusTexts[status] ?? ''
    return [status, { description }] as const
  })
  const all = new Map<number, ResponseSpec>(implied)
  for (const [status, spec] of Object.entries(route.responses)) all.set(Number(status), spec)
  const sorted = [...all].toSorted(([left], [right]) => left - right)
  return Object.fromEntries(
    sorted.map(([status, spec]) => [String(status), responseDoc(status, spec, route, schemas)]),
  )
}

const fieldDocs = (place: 'path' | 'query', shape: z.ZodType | undefined, schemas: Schemas) => {
  if (!(shape instanceof z.ZodObject)) return []
  const fields: [string, z.ZodType][] = Object.entries(shape.shape)
  return fields.map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !field.safeParse(undefined).success,
    schema: schemas.inline(field),
  }))
}

const headerParameter = ({ name, description, required = false }: HeaderSpec) => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
})

const parametersDoc = (route: Route, schemas: Schemas) => {
  const parameters = [
    ...fieldDocs('path', route.params, schemas),
    ...fieldDocs('query', route.query, schemas),
    ...[...keyHeader(route), ...(route.headers ?? [])].map(headerParameter),
  ]
  return parameters.length === 0 ? {} : { parameters }
}

const bodyDoc = (body: Body<unknown> | undefined, schemas: Schemas) => {
  if (!body) return {}
  const [mediaType, schema]: [string, JsonSchema] =
    body.type === 'json'
      ? ['application/json', schemas.ref(body.shape, 'input')]
      : [body.mediaType, { type: body.type === 'bytes' ? 'object' : 'string' }]
  const required = body.type === 'stream' || !body.optional
  return { requestBody: { required, content: { [mediaType]: { schema } } } }
}

const securityDoc = (auth: Auth): readonly Record<string, readonly string[]>[] => {
  if (auth.kind === 'none') return []
  const user = { bearer: [auth.scope] }
  if (auth.kind === 'optional') return [user, {}]
  return auth.kind === 'order-token' ? [user, { orderToken: [] }] : [user]
}

/** `post /v1/cart/items` becomes `postCartItems`. */
export const operationId = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  path
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '' && part !== 'v1')
    .reduce((id, part) => id + part.charAt(0).toUpperCase() + part.slice(1), method)

const operationDoc = (route: Route, schemas: Schemas) => ({
  operationId: operationId(route),
  summary: route.summary,
  tags: [route.tag],
  security: securityDoc(route.auth),
  ...parametersDoc(route, schemas),
  ...bodyDoc(route.body, schemas),
  responses: responsesDoc(route, schemas),
})

const pathsDoc = (table: readonly Route[], schemas: Schemas) =>
  Object.fromEntries(
    [...Map.groupBy(table, ({ path }) => path)].map(([path, routes]) => [
      path,
      Object.fromEntries(routes.map((route) => [route.method, operationDoc(route, schemas)])),
    ]),
  )

/** The whole interface as OpenAPI 3.1, made of the table and the same shapes that check requests. */
export const openapiDocument = (table: readonly Route[]) => {
  const schemas = schemaWriter()
  const paths = pathsDoc(table, schemas)
  return {
    openapi: '3.1.0',
    info: {
      title: 'MicroMart',
      version: '1.0.0',
      description: 'A shop. Money is in minor units, times are RFC 3339 in UTC, errors RFC 9457.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(table.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        orderToken: { type: 'apiKey', in: 'header', name: 'X-Order-Token' },
      },
    },
  }
}

/** The document as the file `openapi.json` holds it. */
export const openapiText = (table: readonly Route[]): string =>
  `${JSON.stringify(openapiDocument(table), undefined, 2)}\n`
