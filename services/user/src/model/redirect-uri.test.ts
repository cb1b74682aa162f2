import { describe, expect, it } from '@jest/globals'
import { redirectUriFault } from './redirect-uri.ts'

describe('a redirect URI', () => {
  it.each([
    ['https://app.example/cb', false],
    ['https://app.example', false],
    ['https://app.example:8443/cb?tenant=1', false],
    ['http://127.0.0.1:3000/cb', false],
    ['http://localhost:3000/cb', false],
    ['http://[::1]/cb', true],
    ['com.example.app:/cb', true],
    ['com.example.app://cb', true],
  ])('S13 can be %s', (uri, isNative) => {
    expect(redirectUriFault(uri, isNative)).toBeUndefined()
  })

  it.each([
    ['http://app.example/cb', false],
    ['http://127.0.0.1.evil.example/cb', false],
    ['https://app.example/cb#', false],
    ['https://app.example/cb#x', false],
    ['https://ann@app.example/cb', false],
    ['https://*.app.example/cb', false],
    ['https://app.example/x/../cb', false],
    ['https://app.example:443/cb', false],
    ['https://APP.example/cb', false],
    ['https:app.example/cb', false],
    ['/cb', false],
    ['', false],
    ['com.example.app:/cb', false],
    ['myapp:/cb', true],
    ['javascript:alert(1)', true],
    ['data:text/html,x', true],
    ['file:///etc/passwd', true],
    [`https://app.example/${'x'.repeat(500)}`, false],
  ])('S13 cannot be %s', (uri, isNative) => {
    expect(redirectUriFault(uri, isNative)).toEqual(expect.any(String))
  })
})
