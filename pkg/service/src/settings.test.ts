import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { baseSettings, readSettings } from './settings.ts'

const env = {
  SHOP_ENV: 'local',
  APP_ID: 'order',
  APP_PORT: '7104',
  HTTP_PORT: '7204',
  DAPR_HTTP_PORT: '7304',
  DAPR_GRPC_PORT: '7404',
  ISSUER_URL: 'http://127.0.0.1:8080',
}

describe('settings', () => {
  it('come from the environment once, typed and frozen', () => {
    const schema = baseSettings.extend({ SHOP_CURRENCY: z.string().length(3).default('EUR') })
    const settings = readSettings(schema, { ...env, PATH: '/bin' })
    expect(settings).toEqual({
      ...env,
      APP_PORT: 7104,
      HTTP_PORT: 7204,
      HTTP_HOST: '127.0.0.1',
      DAPR_HTTP_PORT: 7304,
      DAPR_GRPC_PORT: 7404,
      TRACE_RATIO: 0.1,
      TRACE_CHECKOUT_RATIO: 1,
      BUILD_VERSION: '0.0.0',
      BUILD_COMMIT: 'unknown',
      DRAIN_MS: 5_000,
      READY_LAG_MS: 1_000,
      LOG_LEVEL: 'info',
      SHOP_CURRENCY: 'EUR',
    })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  it('take an empty variable for an absent one', () => {
    expect(readSettings(baseSettings, { ...env, ZIPKIN_URL: '' }).ZIPKIN_URL).toBeUndefined()
    expect(() => readSettings(baseSettings, { ...env, APP_PORT: '' })).toThrow('APP_PORT')
  })

  it('report all faults together, without any value', () => {
    const wrong = { ...env, APP_PORT: '70000', ISSUER_URL: 'hunter2', APP_ID: undefined }
    const read = () => readSettings(baseSettings, wrong)
    expect(read).toThrow(/APP_ID[^]*APP_PORT[^]*ISSUER_URL/)
    expect(read).not.toThrow(/hunter2|70000/)
  })
})
