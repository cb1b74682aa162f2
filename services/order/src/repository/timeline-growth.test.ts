import { expect, it } from '@jest/globals'
import { timelineGrowth } from './timeline-growth.ts'

/** A table whose rows become visible in any order: ids are given before the commit. */
const table = (...committed: readonly bigint[]) => {
  const rows = new Set(committed)
  const sorted = () => [...rows].toSorted((one, other) => Number(one - other))
  return {
    commit: (seq: bigint) => void rows.add(seq),
    end: async () => sorted().at(-1) ?? 0n,
    grown: async (after: bigint, most: number) =>
      sorted()
        .filter((seq) => seq > after)
        .slice(0, most)
        .map((seq) => ({ seq, orderId: `order ${seq}` })),
    of: async () => new Map(),
  }
}

it('finds what was under way at the first look, and each entry once', async () => {
  const news = table(998n, 1_000n)
  const growth = timelineGrowth(news)
  await growth.look(0)
  news.commit(999n)
  expect(await growth.look(500)).toEqual(['order 999'])
  news.commit(1_001n)
  expect(await growth.look(1_000)).toEqual(['order 1001'])
  expect(await growth.look(1_500)).toEqual([])
})

it('begins anew after nobody watched', async () => {
  const news = table(1n)
  const growth = timelineGrowth(news)
  await growth.look(0)
  growth.reset()
  news.commit(5_000n)
  await growth.look(60_000)
  news.commit(4_999n)
  expect(await growth.look(60_500)).toEqual(['order 4999'])
})
