import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { requireStrongSecret } from './production.ts'
import { baseSettings, readSettings } from './settings.ts'

const strong = () => randomBytes(24).toString('base64url')

describe('a secret', () => {
  it.each([
    ['of random bytes', strong()],
    ['in an address', `mysql://user:${strong()}@db:3306/micromart_user`],
    [
      'with signs that an address escapes',
      `redis://gateway:${encodeURIComponent(`/?#${strong()}`)}@r:6379/0`,
    ],
    ['in a list', `${strong()}, ${strong()}`],
    ['of 32 bytes', randomBytes(32).toString('base64')],
  ])('S9 %s is taken', (_which, value) => {
    expect(requireStrongSecret('it', value)).toBe(value)
  })

  it.each(
    [
      ['', 'secret', 'short-one', 'changeme-changeme-changeme', 'micromart-secret-password'],
      ['aaaaaaaaaaaaaaaaaaaaaaaa', Buffer.alloc(32).toString('base64'), 'test-test-test-test-test'],
      ['mysql://root:secret@db:3306/micromart', 'mysql://root@db/x', 'redis://127.0.0.1:6379'],
      [`${strong()},secret`],
    ].flat(),
  )('S9 %j is refused, and not shown', (value) => {
    const judge = () => requireStrongSecret('mysql-user', value)
    expect(judge).toThrow(/^the secret mysql-user is a default, or shorter than 16/)
    if (value.length > 6) expect(judge).not.toThrow(value)
  })
})

describe('settings', () => {
  const env = {
    APP_ID: 'user',
    APP_PORT: '7102',
    HTTP_PORT: '7202',
    DAPR_HTTP_PORT: '7302',
    DAPR_GRPC_PORT: '7402',
    ISSUER_URL: 'https://shop.example.com',
    DAPR_API_TOKEN: strong(),
    APP_API_TOKEN: strong(),
  }

  it('S9 are those of production unless a place is named', () => {
    expect(readSettings(baseSettings, env)).toMatchObject({ SHOP_ENV: 'production' })
    expect(() => readSettings(baseSettings, { ...env, SHOP_ENV: 'staging' })).toThrow('SHOP_ENV')
  })

  it('S9 of production want tokens and https, and name all that is wrong together', () => {
    const { DAPR_API_TOKEN: _d, ...others } = env
    const bad = { ...others, APP_API_TOKEN: 'token', ISSUER_URL: 'http://127.0.0.1:8080' }
    expect(() => readSettings(baseSettings, bad)).toThrow(
      /ISSUER_URL: production takes an https address\n.*DAPR_API_TOKEN: production takes a token.*\n.*APP_API_TOKEN: production takes a token/,
    )
    expect(readSettings(baseSettings, { ...bad, SHOP_ENV: 'local' })).toBeDefined()
  })

  it('S9 of an app without a port of its own need no token of its own', () => {
    const { APP_API_TOKEN: _a, APP_PORT: _p, ...gateway } = env
    expect(readSettings(baseSettings.omit({ APP_PORT: true }), gateway)).toBeDefined()
    expect(() => readSettings(baseSettings, { ...gateway, APP_PORT: '1' })).toThrow('APP_API_TOKEN')
  })

  it('of a script without a place are not judged', () => {
    expect(readSettings(z.object({ A: z.string() }), { A: 'x' })).toEqual({ A: 'x' })
  })
})
