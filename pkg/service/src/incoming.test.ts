import { describe, expect, it } from '@jest/globals'
import { Metadata } from '@grpc/grpc-js'
import { deadlineOf, requestIdOf, requireAppToken, tokenOf } from './incoming.ts'

const headers = (entries: readonly (readonly [string, string])[]): Metadata => {
  const metadata = new Metadata()
  for (const [name, value] of entries) metadata.add(name, value)
  return metadata
}

describe('what a call came with', () => {
  it('is one bearer token, or none', () => {
    expect(tokenOf(headers([]))).toBeUndefined()
    expect(tokenOf(headers([['authorization', 'Bearer a.b-c_d.e=']]))).toBe('a.b-c_d.e=')
  })

  it.each([
    [[['authorization', 'Basic dXNlcjpwdw==']]],
    [[['authorization', 'Bearer']]],
    [[['authorization', 'Bearer a b']]],
    [
      [
        ['authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ],
    ],
  ] as const)('is refused when it is something else: %j', (entries) => {
    expect(() => tokenOf(headers(entries))).toThrow('token_invalid')
  })

  it('is a request id that is safe to log, or a new one', () => {
    expect(requestIdOf(headers([['x-request-id', 'r-1']]))).toBe('r-1')
    expect(requestIdOf(headers([['x-request-id', 'a b']]))).toMatch(/^[\da-f-]{36}$/)
    expect(requestIdOf(headers([['x-request-id', 'x'.repeat(129)]]))).toMatch(/^[\da-f-]{36}$/)
  })

  it('is a deadline, where there is one', () => {
    expect(deadlineOf(Infinity)).toBeUndefined()
    expect(deadlineOf(5)).toEqual(new Date(5))
  })

  it('is the app token, where one is asked for', () => {
    const given = headers([['dapr-api-token', 'right']])
    expect(() => requireAppToken(given, undefined)).not.toThrow()
    expect(() => requireAppToken(given, 'right')).not.toThrow()
    expect(() => requireAppToken(given, 'wrong')).toThrow('app_token_invalid')
    expect(() => requireAppToken(headers([]), 'right')).toThrow('app_token_invalid')
  })
})
