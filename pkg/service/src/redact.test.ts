import { describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { maskText, redact } from './redact.ts'

const hidden = '[redacted]'

describe('fields of a log line', () => {
  it('S60 hide secrets by their names, at any depth', () => {
    const fields = {
      password: 'x',
      newPassword: 'x',
      accessToken: 'x',
      headers: { Authorization: 'Bearer x', cookie: 'a=b', accept: '*/*' },
      list: [{ cardNumber: 1, sku: 'MUG' }],
      clientSecret: 'x',
    }
    expect(redact(fields)).toEqual({
      password: hidden,
      newPassword: hidden,
      accessToken: hidden,
      headers: { Authorization: hidden, cookie: hidden, accept: '*/*' },
      list: [{ cardNumber: hidden, sku: 'MUG' }],
      clientSecret: hidden,
    })
  })

  it('keep what only resembles a secret', () => {
    const fields = { cart: 'c-1', discarded: 3, tokens: 2, amount: 1999n, absent: undefined }
    expect(redact(fields)).toEqual({ ...fields, amount: '1999' })
  })

  it('show an error with its code and every cause', () => {
    const root = new Error('connect ECONNREFUSED')
    const cause = new DomainError(
      'unavailable',
      'database_unavailable',
      { a: 'b' },
      { cause: root },
    )
    expect(redact({ cause })).toMatchObject({
      cause: {
        type: 'DomainError',
        kind: 'unavailable',
        code: 'database_unavailable',
        params: { a: 'b' },
        stack: expect.stringContaining('redact.test'),
        cause: { type: 'Error', message: 'connect ECONNREFUSED' },
      },
    })
  })

  it("S60 leave out a statement's data", () => {
    const fault = { query: 'INSERT ... (?)', parameters: ['Lovelace'], driverError: new Error('x') }
    const driverError = Object.assign(fault.driverError, {
      errno: 1062,
      sql: "INSERT ... ('Lovelace')",
    })
    const text = JSON.stringify(redact({ cause: Object.assign(new Error('failed'), fault) }))
    expect(text).not.toContain('Lovelace')
    expect(text).toContain(`"errno":${driverError.errno}`)
    expect(text).toContain('INSERT ... (?)')
  })

  it('end somewhere, also when they contain themselves', () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect(JSON.stringify(redact(loop))).toContain('[deeper]')
    expect(redact({ body: Buffer.alloc(9) })).toEqual({ body: '[9 bytes]' })
  })
})

describe('text of a log line', () => {
  it.each([
    ['mysql://order:p%40ss@127.0.0.1/x', 'mysql://[redacted]@127.0.0.1/x'],
    ['no user ada.l+x@mail.example.com here', 'no user [redacted] here'],
    ['S63 card 4111 1111 1111 1111 was sent', 'S63 card [redacted] was sent'],
    ['order 1234567890123456 is no card', 'order 1234567890123456 is no card'],
    ['Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'Bearer [redacted]'],
    ['id 0192f0c1-7e1b-7cc3-98c4-dc0c0c07398f', 'id 0192f0c1-7e1b-7cc3-98c4-dc0c0c07398f'],
  ])('%s reads %s', (text, masked) => {
    expect(maskText(text)).toBe(masked)
  })

  it('S46 is masked in linear time, whatever it is', () => {
    const hostile = [
      'a'.repeat(50_000),
      '1'.repeat(50_000),
      `://${'x'.repeat(50_000)}`,
      'eyJ'.repeat(20_000),
    ]
    for (const text of hostile) expect(maskText(text).length).toBeLessThan(9_000)
  })
})
