import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readConfig } from './config.ts'

const token = () => randomBytes(24).toString('base64url')

const local = {
  SHOP_ENV: 'local',
  APP_ID: 'user',
  APP_PORT: '7102',
  HTTP_PORT: '7202',
  DAPR_HTTP_PORT: '7302',
  DAPR_GRPC_PORT: '7402',
  ISSUER_URL: 'http://127.0.0.1:8080',
  MAIL_FOLDER: 'var/mailbox',
}

const { MAIL_FOLDER: _, ...elsewhere } = local
const production = {
  ...elsewhere,
  SHOP_ENV: 'production',
  ISSUER_URL: 'https://shop.example.com',
  DAPR_API_TOKEN: token(),
  APP_API_TOKEN: token(),
  SMTP_HOST: 'mail.example.com',
  MAIL_FROM: 'Shop <shop@example.com>',
}

it('S1 hashes with what OWASP asks for when nothing is said', () => {
  expect(readConfig(local)).toMatchObject({ ARGON2_MEMORY_KIB: 19_456, ARGON2_PASSES: 2 })
})

it.each([{ ARGON2_MEMORY_KIB: '19455' }, { ARGON2_PASSES: '1' }])(
  'S1 S9 refuses cheaper hashes in production: %j',
  (weak) => {
    expect(() => readConfig({ ...production, ...weak })).toThrow('at least 19456 KiB')
    expect(readConfig({ ...local, ...weak })).toBeDefined()
  },
)

describe('mails', () => {
  it('S9 go to a server in production, from an address of its own', () => {
    expect(readConfig(production)).toMatchObject({ SMTP_PORT: 587 })
    const { SMTP_HOST: _host, ...without } = production
    const folder = { ...without, MAIL_FOLDER: 'var/mailbox' }
    expect(() => readConfig(folder)).toThrow('MAIL_FOLDER: production sends mails')
    const { MAIL_FROM: _from, ...nobody } = production
    expect(() => readConfig(nobody)).toThrow('MAIL_FROM: production names its own address')
  })

  it('go one way', () => {
    expect(() => readConfig(elsewhere)).toThrow('either this or MAIL_FOLDER')
    expect(() => readConfig({ ...local, SMTP_HOST: 'localhost' })).toThrow('either this or')
  })
})

it('freezes what it read', () => {
  expect(Object.isFrozen(readConfig(local))).toBe(true)
})
