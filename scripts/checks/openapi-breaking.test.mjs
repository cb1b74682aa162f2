import { describe, expect, it } from '@jest/globals'
import { breakingChanges } from './openapi-breaking.mjs'

const document = (change = () => {}) => {
  const schema = {
    type: 'object',
    required: ['sku'],
    properties: {
      sku: { type: 'string', maxLength: 40 },
      note: { type: ['string', 'null'] },
      size: { enum: ['s', 'm'] },
    },
  }
  const api = {
    paths: {
      '/v1/things': {
        post: {
          parameters: [{ in: 'query', name: 'q', schema: { type: 'string' } }],
          requestBody: { content: { 'application/json': { schema: structuredClone(schema) } } },
          responses: {
            201: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
            },
            404: {},
          },
        },
      },
    },
    components: { schemas: { Thing: structuredClone(schema) } },
  }
  change({
    api,
    operation: api.paths['/v1/things'].post,
    sent: api.paths['/v1/things'].post.requestBody.content['application/json'].schema,
    found: api.components.schemas.Thing,
  })
  return api
}

const broken = {
  'an operation goes': ({ api }) => delete api.paths['/v1/things'].post,
  'a path goes': ({ api }) => delete api.paths['/v1/things'],
  'a query parameter goes': ({ operation }) => operation.parameters.pop(),
  'a header is demanded': ({ operation }) =>
    operation.parameters.push({ in: 'header', name: 'X-New', required: true, schema: {} }),
  'a body is demanded': ({ operation }) => (operation.requestBody.required = true),
  'a sent field goes': ({ sent }) => delete sent.properties.note,
  'a sent field is demanded': ({ sent }) => sent.required.push('size'),
  'a sent field gets another type': ({ sent }) => (sent.properties.sku.type = 'integer'),
  'a sent field is no longer nullable': ({ sent }) => (sent.properties.note.type = 'string'),
  'a sent value is refused': ({ sent }) => sent.properties.size.enum.pop(),
  'a sent text gets shorter': ({ sent }) => (sent.properties.sku.maxLength = 20),
  'a sent text gets a least length': ({ sent }) => (sent.properties.sku.minLength = 1),
  'a found field goes': ({ found }) => delete found.properties.note,
  'a found field may be absent': ({ found }) => (found.required = []),
  'a found field gets another type': ({ found }) => (found.properties.sku.type = 'integer'),
  'a found field may be null': ({ found }) => (found.properties.sku.type = ['string', 'null']),
  'a status goes': ({ operation }) => delete operation.responses[404],
  'a media type goes': ({ operation }) => (operation.responses[201].content = {}),
}

const harmless = {
  nothing: () => {},
  'a new operation': ({ api }) => (api.paths['/v1/more'] = { get: { responses: {} } }),
  'a new optional parameter': ({ operation }) =>
    operation.parameters.push({ in: 'query', name: 'r', schema: { type: 'string' } }),
  'a new optional field to send': ({ sent }) => (sent.properties.more = { type: 'string' }),
  'a longer text to send': ({ sent }) => (sent.properties.sku.maxLength = 80),
  'a field no longer demanded': ({ sent }) => (sent.required = []),
  'a new field to find': ({ found }) => (found.properties.more = { type: 'string' }),
  'a new status': ({ operation }) => (operation.responses[409] = {}),
}

describe('a new OpenAPI document', () => {
  it.each(Object.entries(broken))('breaks clients when %s', (_, change) => {
    expect(breakingChanges(document(), document(change))).toHaveLength(1)
  })

  it.each(Object.entries(harmless))('breaks nobody with %s', (_, change) => {
    expect(breakingChanges(document(), document(change))).toEqual([])
  })
})
