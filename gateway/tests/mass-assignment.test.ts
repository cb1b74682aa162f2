import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { scopes } from '@micromart/kernel'
import {
  objectsIn,
  type Operation,
  operations,
  type Place,
  sampleOf,
} from '../../tests/support/operations.ts'
import { startForTest, type TestGateway } from './start.ts'

/** What a client may wish to set, and what would reach into the objects of the server. */
const forbidden = [
  'role',
  'roles',
  'price',
  'userId',
  'status',
  'id',
  'createdAt',
  '__proto__',
  'constructor',
] as const

/** No member's name, whatever the shape. */
const never = '__proto__'

type Bodied = Operation & { readonly body: NonNullable<Operation['body']> }

const hasJson = (operation: Operation): operation is Bodied =>
  operation.body?.mediaType === 'application/json'

const bodies = operations.filter(hasJson)
const isStrict = ({ schema }: Place): boolean => schema.additionalProperties === false

/** A provider signs its notices over their bytes: they are its own, whatever they hold. */
const foreign = 'POST /v1/webhooks/{provider}'

const added = (value: unknown, [part, ...rest]: readonly string[], name: string): unknown => {
  if (part === undefined) {
    // Not by assignment: `__proto__` is to be a member like any other.
    return Object.defineProperty({ ...(value as object) }, name, { value: 'x', enumerable: true })
  }
  if (Array.isArray(value)) return value.map((item) => added(item, rest, name))
  const inner = (value as Readonly<Record<string, unknown>>)[part]
  return { ...(value as object), [part]: added(inner, rest, name) }
}

describe('S33 a body', () => {
  let shop: TestGateway
  const id = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  const send = ({ method, path }: Operation, body: unknown) => {
    const token = shop.tokens.userToken({ id, claims: { scope: scopes.join(' ') } })
    const url = path.replaceAll(/\{\w+\}/g, id)
    return shop.http[method.toLowerCase() as 'post' | 'put' | 'patch'](url)
      .set({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' })
      .send(JSON.stringify(body))
  }

  it('knows all of its fields, and those of what it holds, wherever it is ours', () => {
    const loose = bodies.filter(({ body }) => !objectsIn(body.schema).every(isStrict))
    expect(loose.map(({ name }) => name)).toEqual([foreign])
    expect(bodies.length).toBeGreaterThan(15)
  })

  it.each(bodies.filter(({ name }) => name !== foreign).map((one) => [one.name, one] as const))(
    'of %s is refused with a field that is not its own, and nobody is called',
    async (_name, operation) => {
      const { schema } = operation.body
      const whole = sampleOf(schema, 'whole')
      for (const { at, schema: place } of objectsIn(schema)) {
        const foreignHere = forbidden.filter((name) => !Object.hasOwn(place.properties ?? {}, name))
        for (const name of foreignHere) {
          const { status, body } = await send(operation, added(whole, at, name))
          const path = ['', ...at, name].join('/')
          const fields = [expect.objectContaining({ path, code: 'unknown_field' })]
          const wanted =
            name === never
              ? { code: 'json_key_forbidden', errors: undefined }
              : { code: 'validation_failed', errors: expect.arrayContaining(fields) }
          expect({ path, status, code: body.code, errors: body.errors }).toEqual({
            path,
            status: 400,
            ...wanted,
          })
        }
      }
      expect(shop.calls()).toEqual([])
      expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    },
  )
})
