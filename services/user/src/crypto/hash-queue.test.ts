import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { LoginBusy } from '../model/errors.ts'
import { hashQueue } from './hash-queue.ts'

/** Work that ends when it is told to. */
const manual = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: () => promise, finish: resolve }
}

describe('the queue of hashes', () => {
  it('S8 runs no more at once than allowed, all of what it took, in order', async () => {
    const sizes = fc.record({
      running: fc.integer({ min: 1, max: 4 }),
      works: fc.integer({ min: 1, max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ running, works }) => {
        const { inTurn } = hashQueue({ running, waiting: works })
        const started: number[] = []
        let [now, most] = [0, 0]
        const all = Array.from({ length: works }, (_, index) =>
          inTurn(async () => {
            started.push(index)
            now += 1
            most = Math.max(most, now)
            await Promise.resolve()
            now -= 1
          }),
        )
        await Promise.all(all)
        expect(most).toBeLessThanOrEqual(running)
        expect(started).toEqual([...started].sort((a, b) => a - b))
        expect(started).toHaveLength(works)
      }),
    )
  })

  it('S8 refuses one more than may wait, and takes others once there is room', async () => {
    const { inTurn } = hashQueue({ running: 1, waiting: 1 })
    const [first, second] = [manual(), manual()]
    const running = inTurn(first.work)
    const waiting = inTurn(second.work)
    await expect(inTurn(second.work)).rejects.toThrow(LoginBusy)
    first.finish()
    await running
    second.finish()
    await waiting
    await expect(inTurn(() => Promise.resolve('done'))).resolves.toBe('done')
  })

  it('gives the place of a failed work to the next', async () => {
    const { inTurn } = hashQueue({ running: 1, waiting: 1 })
    const failing = inTurn(() => Promise.reject(new Error('no memory')))
    const next = inTurn(() => Promise.resolve('done'))
    await expect(failing).rejects.toThrow('no memory')
    await expect(next).resolves.toBe('done')
  })
})
