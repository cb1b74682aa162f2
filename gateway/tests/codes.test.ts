import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { codes } from '../src/problem/codes.ts'

describe('docs/status-codes.md', () => {
  it('lists every code with its status, and no other', async () => {
    const page = await readFile(new URL('../../docs/status-codes.md', import.meta.url), 'utf8')
    const listed = [...page.matchAll(/^\| (\d{3}) +\| `([a-z0-9_]+)`/gm)]
    const documented = Object.fromEntries(listed.map(([, status, code]) => [code, Number(status)]))
    const known = Object.entries(codes).map(([code, { status }]) => [code, status])
    expect(documented).toEqual(Object.fromEntries(known))
  })
})
