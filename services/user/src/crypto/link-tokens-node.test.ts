import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { linkTokensNode } from './link-tokens-node.ts'

const [kek, other] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]

describe('a token in a link', () => {
  it('S10 has 128 bits, the same for one mail and another for each other', () => {
    const [first, second] = [systemIds.next(), systemIds.next()]
    const token = linkTokensNode(kek).of(first)
    expect(Buffer.from(token, 'base64url')).toHaveLength(16)
    expect(linkTokensNode(kek).of(first)).toBe(token)
    expect(linkTokensNode(kek).of(second)).not.toBe(token)
  })

  it('S10 cannot be made without our key', () => {
    const id = systemIds.next()
    expect(linkTokensNode(other).of(id)).not.toBe(linkTokensNode(kek).of(id))
  })
})
