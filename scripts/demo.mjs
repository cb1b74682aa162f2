#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { requireShop } from './lib/demo/require-shop.mjs'
import { sendShoppers, shoppers } from './lib/demo/shopper.mjs'

const { values } = commandLine(
  `
npm run demo [-- --url URL] [--shoppers buy|browse] [--count N] [--at-once N]

Sends guests into a running shop: they look around and, unless they only browse, buy by cards that are paid, wait or are declined, as the
simulated provider does it. Who is told to come again (503) does. Ends with 1 when the shop answers anything else.

  --url URL         the shop's gateway (MICROMART_URL, or http://127.0.0.1:8080)
  --shoppers KIND   buy, or browse, which changes nothing (buy)
  --count N         how many (20)
  --at-once N       how many at the same time (2)

NODE_EXTRA_CA_CERTS names the authority of an https address that the machine does not know, such as var/certs/ca.crt.
`,
  {
    url: { type: 'string', default: process.env.MICROMART_URL || 'http://127.0.0.1:8080' },
    shoppers: { type: 'string', default: 'buy' },
    count: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '2' },
  },
)

const refuse = (what) => {
  console.error(what)
  process.exit(2)
}

const positive = (name) => {
  const number = Number(values[name])
  return Number.isInteger(number) && number > 0
    ? number
    : refuse(`--${name} is a whole number above 0, not "${values[name]}"`)
}

if (!URL.canParse(values.url))
  refuse(`--url is an address such as http://127.0.0.1:8080, not "${values.url}"`)
if (!shoppers.includes(values.shoppers)) {
  refuse(`--shoppers is ${shoppers.join(' or ')}, not "${values.shoppers}"`)
}

const settings = {
  shop: values.url,
  kind: values.shoppers,
  count: positive('count'),
  atOnce: positive('at-once'),
}

const share = (sorted, part) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)

await main(async () => {
  await requireShop(settings.shop)
  const began = Date.now()
  const { done, faults, times, busy } = await sendShoppers(settings)
  const sorted = times.toSorted((a, b) => a - b)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  for (const fault of new Set(faults)) {
    console.error(`FAILED  ${faults.filter((each) => each === fault).length} times: ${fault}`)
  }
  console.log(
    `${done} of ${settings.count} shoppers had what they came for in ${seconds} s; ` +
      `${times.length} requests, half within ${share(sorted, 0.5)} ms, 95 % within ${share(sorted, 0.95)} ms` +
      (busy > 0 ? `; ${busy} times it was busy (503), and asked again` : ''),
  )
  process.exit(faults.length > 0 ? 1 : 0)
})
