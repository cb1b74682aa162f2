import { describe, expect, it } from '@jest/globals'
import { ago, minute, time } from '../../tests/book-records.ts'
import { judgeStock } from './book-goods.ts'
import { judgeBacklog } from './book-progress.ts'
import type { BacklogBook } from './book-record.ts'

describe('stock', () => {
  const mug = { sku: 'MUG', onHand: 5n, held: 2n, movements: 5n, liveHolds: 2n }
  it.each([
    ['agrees', {}, 0],
    ['one unit too many', { onHand: 6n }, 1],
    ['a hold that nobody has', { held: 3n }, 1],
    ['a movement that is lost', { movements: 6n }, 1],
    ['more held than there is', { onHand: 1n, movements: 1n }, 1],
    ['less than nothing', { onHand: -1n, movements: -1n }, 2],
  ])('%s', (_name, change, wrong) => {
    expect(judgeStock({ ...mug, ...change })).toHaveLength(wrong)
  })
})

describe('a backlog', () => {
  const none: BacklogBook = {
    app: 'order',
    unsent: 0n,
    oldestUnsentAt: undefined,
    openDeadLetters: 0n,
    abandonedKeys: 0n,
  }
  it.each([
    ['is empty', {}, 0],
    ['is young', { unsent: 3n, oldestUnsentAt: ago(1000) }, 0],
    ['is old', { unsent: 3n, oldestUnsentAt: ago(2 * minute) }, 1],
    ['has letters', { openDeadLetters: 1n }, 1],
    ['has abandoned keys', { abandonedKeys: 1n }, 0],
  ])('%s', (_name, change, wrong) => {
    expect(judgeBacklog({ ...none, ...change }, time)).toHaveLength(wrong)
  })
})
