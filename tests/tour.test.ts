import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { shop } from './support/shop.ts'

const tour = /```sh tour\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? ''

describe("the README's tour", () => {
  it('buys a product with the lines as they stand there', () => {
    const said = execFileSync('bash', ['-euo', 'pipefail', '-c', tour], {
      encoding: 'utf8',
      // A bash whose input is a socket, as node's pipes are, may take itself for a remote login and read what such ones read.
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MICROMART_URL: shop.gateway },
    })

    expect(said).toMatch(/^PAID$/m)
    const events = [...said.matchAll(/"event": ?"([^"]+)"/g)].map(([, event]) => event)
    expect(events.slice(0, 4)).toEqual([
      'order.placed',
      'stock.held',
      'payment.charged',
      'order.paid',
    ])
  })
})
