import { memoryUsage } from 'node:process'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src'

const body = `"<p>${'A sturdy thing for every day. '.repeat(20)}</p>\n<script>alert(1)</script>"`

/** Products of four lines: three variants (the first with a line break) and a picture. */
const productLines = (at: number): string[] => [
  `thing-${at},Thing ${at},${body},Brand ${at % 50},Group ${at % 9} > Kind ${at % 40},"one,two",Size,S,T-${at}-1,10,9.99,/i/${at}.svg`,
  `thing-${at},,,,,,,M,T-${at}-2,10,10.99,`,
  `thing-${at},,,,,,,L,T-${at}-3,10,11.99,`,
  `thing-${at},,,,,,,,,,,/i/${at}-2.svg`,
]

it('takes 20,000 lines in bounded memory, and again without a change', async () => {
  const products = 5_000
  const file = Buffer.from(
    [header, ...Array.from({ length: products }, (_, at) => productLines(at)).flat(), ''].join(
      '\n',
    ),
  )
  let highest = 0
  const timer = setInterval(() => {
    highest = Math.max(highest, memoryUsage().rss)
  }, 20)
  const before = memoryUsage().rss

  const first = await shop.importCsv(file)
  const second = await shop.importCsv(file)
  clearInterval(timer)

  const lines = BigInt(products * 4)
  expect(first.summary).toEqual({ created: lines, updated: 0n, unchanged: 0n, failed: 0n })
  expect(second.summary).toEqual({ created: 0n, updated: 0n, unchanged: lines, failed: 0n })
  // Loose: the test's own client, and Jest, live in the same process.
  expect((highest - before) / 1024 / 1024).toBeLessThan(300)
}, 120_000)
