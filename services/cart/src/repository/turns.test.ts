import { expect, it } from '@jest/globals'
import { takingTurns } from './turns.ts'

it('runs work under one key one after the other, in the order it came', async () => {
  const inTurn = takingTurns()
  const seen: string[] = []
  const step = (name: string) =>
    inTurn('key', async () => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
      return name
    })
  expect(await Promise.all([step('a'), step('b'), step('c')])).toEqual(['a', 'b', 'c'])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

it('lets work under other keys run beside it', async () => {
  const inTurn = takingTurns()
  const { promise: release, resolve } = Promise.withResolvers<void>()
  const held = inTurn('one', () => release)
  expect(await inTurn('other', async () => 'done')).toBe('done')
  resolve()
  await held
})

it('goes on after work that failed', async () => {
  const inTurn = takingTurns()
  const failed = inTurn('key', () => Promise.reject(new Error('lost')))
  const next = inTurn('key', async () => 'done')
  await expect(failed).rejects.toThrow('lost')
  expect(await next).toBe('done')
})
