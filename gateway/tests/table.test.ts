import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { isOwnScope, scopes } from '@micromart/kernel'
import type { Test } from 'supertest'
import type { z } from 'zod'
import { openapiDocument, openapiText, operationId } from '../src/http/openapi.ts'
import { noContent, type Route, route } from '../src/http/route.ts'
import { table } from '../src/routes/index.ts'
import { startForTest, type TestGateway } from './start.ts'

const id = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'
const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`
const rows = (which: (route: Route) => boolean) =>
  table.filter(which).map((route) => [nameOf(route), route] as const)
const scopeOf = ({ auth }: Route) => (auth.kind === 'none' ? undefined : auth.scope)
/** A name that a part of a path may hold, where it is no id. */
const nameFor = (path: string, part: string): string => {
  if (part === '{provider}') return 'simulated'
  return path.includes('dead-letters') ? `order:${id}` : id
}
const urlOf = ({ path }: Pick<Route, 'path'>) =>
  path.replaceAll(/\{\w+\}/g, (part) => nameFor(path, part))
const mediaType = ({ body }: Route) =>
  body && body.type !== 'json' ? body.mediaType : 'application/json'

describe('every route of the table', () => {
  let shop: TestGateway
  const send = (route: Route): Test => shop.http[route.method](urlOf(route))
  const allowed = (route: Route) => {
    const { tokens } = shop
    const scope = scopeOf(route)
    return scope === undefined
      ? send(route)
      : send(route).set('Authorization', `Bearer ${tokens.userToken({ id, claims: { scope } })}`)
  }

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  const paths = [...new Set(table.map(({ path }) => path))]
  it.each(paths)('S40 %s answers 405 with Allow to what it does not declare', async (path) => {
    const declared = table.filter((route) => route.path === path).map(({ method }) => method)
    const undeclared = (
      ['get', 'post', 'put', 'patch', 'delete', 'options', 'trace'] as const
    ).filter((method) => !(declared as readonly string[]).includes(method))
    const expected = new Set(declared.map((method) => method.toUpperCase()))
    if (expected.has('GET')) expected.add('HEAD')
    for (const method of undeclared) {
      const { status, body, headers } = await shop.http[method](urlOf({ path }))
      expect([method, status, body.code]).toEqual([method, 405, 'method_not_allowed'])
      expect(new Set(String(headers['allow']).split(', '))).toEqual(expected)
    }
    expect(shop.calls()).toEqual([])
  })

  it.each(rows(({ auth }) => auth.kind === 'required' || auth.kind === 'order-token'))(
    '%s without a token is 401, and nobody is called',
    async (_name, route) => {
      const { status, body, headers } = await send(route)
      expect([status, body.code]).toEqual([401, 'authentication_required'])
      expect(headers['www-authenticate']).toBe('Bearer realm="micromart"')
      expect(shop.sidecar.calls().filter((name) => name !== 'product.ChangesSince')).toEqual([])
    },
  )

  it.each(rows(({ auth }) => auth.kind !== 'none'))(
    '%s with a bad token is 401, and nobody is called',
    async (_name, route) => {
      const forged = shop.tokens.userToken({ id, header: { alg: 'none' } })
      for (const token of ['Bearer x.y.z', 'Basic YTpi', 'Bearer', `Bearer ${forged}`]) {
        const { status, body, headers } = await send(route).set('Authorization', token)
        expect([token, status, body.code]).toEqual([token, 401, 'token_invalid'])
        expect(headers['www-authenticate']).toContain('error="invalid_token"')
      }
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ auth }) => auth.kind !== 'none'))(
    '%s with every scope but its own is 403, and nobody is called',
    async (_name, route) => {
      const others = scopes.filter((scope) => scope !== scopeOf(route)).join(' ')
      const token = shop.tokens.userToken({ id, claims: { scope: others } })
      const { status, body, headers } = await send(route).set('Authorization', `Bearer ${token}`)
      expect([status, body.code]).toEqual([403, 'scope_missing'])
      expect(headers['www-authenticate']).toContain(`scope="${scopeOf(route)}"`)
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ auth }) => auth.kind !== 'none' && isOwnScope(auth.scope)))(
    'S30 %s is 403 to a machine that holds every scope, and nobody is called',
    async (_name, route) => {
      const token = shop.tokens.machineToken({ clientId: 'till', scopes })
      const { status, body } = await send(route).set('Authorization', `Bearer ${token}`)
      expect([status, body.code]).toEqual([403, 'user_required'])
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ auth }) => auth.kind !== 'none' && !isOwnScope(auth.scope)))(
    'S30 %s lets a machine in by its scope alone',
    async (_name, route) => {
      const scope = scopeOf(route) ?? ''
      const token = shop.tokens.machineToken({ clientId: 'till', scopes: [scope] })
      const { status } = await send(route).set('Authorization', `Bearer ${token}`)
      expect([401, 403]).not.toContain(status)
    },
  )

  it.each(rows(({ body }) => body !== undefined))(
    'S41 %s refuses another content type, and compression, with 415',
    async (_name, route) => {
      const other = await allowed(route).set('Content-Type', 'text/plain').send('{}')
      expect([other.status, other.body.code]).toEqual([415, 'content_type_unsupported'])
      const packed = await allowed(route)
        .set('Content-Type', mediaType(route))
        .set('Content-Encoding', 'gzip')
        .send('{}')
      expect([packed.status, packed.body.code]).toEqual([415, 'content_encoding_unsupported'])
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ body }) => body?.type === 'json'))(
    'S41 %s refuses more than 100 KB with 413, and malformed JSON with 400',
    async (_name, route) => {
      const large = await allowed(route)
        .set('Content-Type', 'application/json')
        .send(`{"a":"${'x'.repeat(101 * 1024)}"}`)
      expect([large.status, large.body.code]).toEqual([413, 'body_too_large'])
      const broken = await allowed(route).set('Content-Type', 'application/json').send('{"a":')
      expect([broken.status, broken.body.code]).toEqual([400, 'json_malformed'])
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ body }) => body?.type === 'json'))(
    'S33 %s refuses fields that it does not know, each by its path',
    async (_name, route) => {
      const unknown = { userId: id, isAdmin: true, 'a/b~c': 1 }
      const { status, body } = await allowed(route).send(unknown)
      expect([status, body.code]).toEqual([400, 'validation_failed'])
      for (const path of ['/userId', '/isAdmin', '/a~1b~0c']) {
        expect(body.errors).toContainEqual({
          path,
          code: 'unknown_field',
          message: 'is not known here',
        })
      }
      const array = await allowed(route).set('Content-Type', 'application/json').send('[]')
      expect([array.status, array.body.errors]).toEqual([
        400,
        [expect.objectContaining({ path: '' })],
      ])
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(({ query }) => query !== undefined))(
    'S44 %s refuses a repeated query key and ignores an unknown one',
    async (_name, route) => {
      const repeated = await allowed(route).query('limit=1&limit=2')
      if (route.body) return // its content type is asked for first
      expect([repeated.status, repeated.body.code]).toEqual([400, 'query_repeated'])
      const nested = await allowed(route).query('a[__proto__][x]=1&limit=0')
      expect(({} as Record<string, unknown>)['x']).toBeUndefined()
      if ('limit' in (route.query as z.ZodObject).shape) expect(nested.status).toBe(400)
    },
  )

  it.each(rows(({ params, body, cached }) => params !== undefined && !body && !cached))(
    '%s answers 404 to a name of the wrong form, as to an absent one',
    async (_name, route) => {
      const url = route.path.replaceAll(/\{\w+\}/g, '%00')
      const { tokens } = shop
      const token = tokens.userToken({ id, claims: { scope: scopeOf(route) ?? '' } })
      const sent = await shop.http[route.method](url).set('Authorization', `Bearer ${token}`)
      expect([sent.status, sent.body.code]).toEqual([404, 'not_found'])
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(rows(() => true))('S50 S53 %s has the security headers', async (_name, route) => {
    const { headers } = await allowed(route)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(headers['vary']).toBe('Origin')
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    if (!route.public) expect(headers['cache-control']).toBe('no-store')
  })
})

it('S30 a row that does not say who may does not compile', () => {
  const row = {
    method: 'get',
    path: '/v1/back-door',
    summary: '',
    tag: '',
    budget: 'reads',
  } as const
  // @ts-expect-error where is `auth`?
  expect(route({ ...row, responses: {}, handler: async () => noContent })).toBeDefined()
})

type Node = { readonly [key: string]: unknown }

const nodesOf = (value: unknown): Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  return [value as Node, ...Object.values(value).flatMap(nodesOf)]
}

describe('openapi.json', () => {
  const document = openapiDocument(table) as unknown as {
    readonly openapi: string
    readonly servers: unknown
    readonly paths: Record<string, Record<string, Node>>
    readonly components: { readonly schemas: Record<string, Node> }
  }
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))

  it('S68 holds every route and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.toSorted()).toEqual(table.map(nameOf).toSorted())
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers).toEqual([{ url: '/' }])
  })

  it('names each operation once', () => {
    expect(new Set(table.map(operationId)).size).toBe(table.length)
  })

  it('refers to nothing that is not there', () => {
    const refs = nodesOf(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
    const known = Object.keys(document.components.schemas).map(
      (name) => `#/components/schemas/${name}`,
    )
    expect(refs.filter((ref) => !known.includes(ref))).toEqual([])
    expect(refs.length).toBeGreaterThan(50)
  })

  it('declares every part of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters = [] } of Object.values(methods)) {
        const declared = (parameters as Node[]).filter((parameter) => parameter['in'] === 'path')
        expect(declared.map(({ name }) => name)).toEqual(parts)
        expect(declared.every(({ required }) => required === true)).toBe(true)
      }
    }
  })

  it('has no required field with a bare pattern, so that examples can be made', () => {
    const bare = nodesOf(document).flatMap(({ required, properties }) => {
      if (!Array.isArray(required) || typeof properties !== 'object') return []
      const fields = properties as Record<string, Node>
      return required.filter((name) => fields[String(name)]?.['pattern'] !== undefined)
    })
    expect(bare).toEqual([])
  })

  it('describes each body with its required fields and refuses others', () => {
    const described = operations.filter(({ tags }) => (tags as string[])[0] !== 'Webhooks')
    const bodies = described.flatMap(({ requestBody }) => {
      const content = (requestBody as { content?: Record<string, Node> } | undefined)?.content
      const schema = content?.['application/json']?.['schema'] as Node | undefined
      return schema ? [schema] : []
    })
    expect(bodies.length).toBe(rows(({ body }) => body?.type === 'json').length)
    for (const schema of bodies) {
      const name =
        (typeof schema['$ref'] === 'string' ? schema['$ref'] : '').split('/').at(-1) ?? ''
      const resolved = document.components.schemas[name] ?? schema
      expect(resolved).toMatchObject({ type: 'object', additionalProperties: false })
    }
    const order = document.paths['/v1/orders']?.['post']?.['requestBody']
    expect(order).toMatchObject({
      content: { 'application/json': { schema: { required: ['payment'] } } },
    })
  })

  it('tells when an order that is not settled may be asked for again', () => {
    const responses = document.paths['/v1/orders']?.['post']?.['responses'] as Record<string, Node>
    const told = ['201', '202', '409'].map((status) =>
      Object.keys((responses[status]?.['headers'] as Node | undefined) ?? {}),
    )
    expect(told).toEqual([
      ['Location', 'Idempotent-Replayed'],
      ['Location', 'Idempotent-Replayed', 'Retry-After'],
      ['Retry-After'],
    ])
  })

  it('is what the checked-in file says', async () => {
    const file = await readFile(new URL('../openapi.json', import.meta.url), 'utf8')
    expect(openapiText(table)).toBe(file)
  })
})
