import { expect, it } from '@jest/globals'
import { readConfig } from './config.ts'

const env = {
  APP_ID: 'user',
  APP_PORT: '7102',
  HTTP_PORT: '7202',
  DAPR_HTTP_PORT: '7302',
  DAPR_GRPC_PORT: '7402',
  ISSUER_URL: 'http://127.0.0.1:8080',
  NODE_ENV: 'production',
}

it('S1 hashes with what OWASP asks for when nothing is said', () => {
  expect(readConfig(env)).toMatchObject({ ARGON2_MEMORY_KIB: 19_456, ARGON2_PASSES: 2 })
})

it.each([{ ARGON2_MEMORY_KIB: '19455' }, { ARGON2_PASSES: '1' }])(
  'S1 refuses cheaper hashes in production: %j',
  (weak) => {
    expect(() => readConfig({ ...env, ...weak })).toThrow('at least 19456 KiB')
    expect(readConfig({ ...env, ...weak, NODE_ENV: 'test' })).toBeDefined()
  },
)

it('freezes what it read', () => {
  expect(Object.isFrozen(readConfig(env))).toBe(true)
})
