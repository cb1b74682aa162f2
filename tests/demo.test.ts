import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { shop } from './support/shop.ts'

const demo = (...args: string[]): { readonly code: number | null; readonly text: string } => {
  const all = ['scripts/demo.mjs', '--url', shop.gateway, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' })
  return { code: status, text: `${stdout}${stderr}` }
}

describe('npm run demo', () => {
  it('sends shoppers in who pay, wait and are declined', () => {
    const { code, text } = demo('--count', '4')
    expect(text).toMatch(/^4 of 4 shoppers had what they came for in /)
    expect(code).toBe(0)
  })

  it('sends shoppers in who only look around', () => {
    expect(demo('--count', '2', '--shoppers', 'browse').text).toMatch(/^2 of 2 .* 6 requests, /)
  })

  it.each([
    [['--count', 'many'], 2, '--count is a whole number'],
    [['--shoppers', 'thieves'], 2, '--shoppers is browse or buy'],
    [['--url', 'shop'], 2, '--url is an address'],
    [['--url', 'http://127.0.0.1:1'], 1, 'No shop is ready at http://127.0.0.1:1'],
  ])('refuses %j', (args, code, words) => {
    const done = demo(...args)
    expect(done.text).toContain(words)
    expect(done.code).toBe(code)
  })
})
