import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { addressOf } from './address.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mm-address-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the address of a database', () => {
  it('is read with what was percent-encoded in it', () => {
    expect(addressOf('mysql://mm%40x:p%2Fw@db.example:3307/micromart_order')).toEqual({
      host: 'db.example',
      port: 3307,
      user: 'mm@x',
      password: 'p/w',
      database: 'micromart_order',
    })
    expect(addressOf('mysql://a:b@h/d').port).toBe(3306)
  })

  it('asks for TLS that proves whose the server is, by a CA of its own or by those Node knows', () => {
    const ca = path.join(folder, 'ca.crt')
    writeFileSync(ca, 'PEM')
    const verified = { verifyIdentity: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }
    const url = 'mysql://a:b@db.example/d?ssl-mode=VERIFY_IDENTITY'
    expect(addressOf(url).ssl).toEqual(verified)
    const own = `${url}&ssl-ca=${encodeURIComponent(ca)}`
    expect(addressOf(own).ssl).toEqual({ ...verified, ca: 'PEM' })
    expect(addressOf(own.replace('db.example', '127.0.0.1')).ssl).toEqual({
      ...verified,
      ca: 'PEM',
    })
  })

  it.each([
    ['mysql://a:b@h/d?ssl-mode=REQUIRED', /VERIFY_IDENTITY, or absent/],
    ['mysql://a:b@h/d?ssl-ca=%2Fca.crt', /VERIFY_IDENTITY, or absent/],
    [
      'mysql://a:b@h/d?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fabsent.crt',
      /\/absent\.crt, which cannot/,
    ],
    ['mysql://a:b@192.0.2.7/d?ssl-mode=VERIFY_IDENTITY', /the name of the database’s host/],
    ['mysql://a:b@h', /has the form/],
    ['postgres://a:b@h/d', /has the form/],
  ])('is refused: %s', (url, reason) => {
    expect(() => addressOf(url)).toThrow(reason)
  })
})
