import path from 'node:path'
import { varDir } from '../scripts/lib/machine/paths.mjs'
import { beginRun } from '../scripts/lib/shop/prepare-shop.mjs'
import { cleanUp } from '../scripts/lib/shop/run-file.mjs'
import { seedCatalogue } from '../scripts/lib/shop/seed-catalogue.mjs'
import { startShop, stopRun } from '../scripts/lib/shop/shop.mjs'
import { createSay } from '../scripts/lib/terminal/say.mjs'
import { stopOnSignals } from '../scripts/lib/terminal/signals.mjs'

/** The bench is not a client that limits should slow: its own are out of reach, which the report says. */
export const limits = {
  RATE_READS_PER_MINUTE: '100000000',
  RATE_LOGINS_PER_MINUTE: '100000000',
  RATE_TOKENS_PER_MINUTE: '100000000',
  RATE_CHECKOUTS_PER_MINUTE: '100000000',
  RATE_WRITES_PER_MINUTE: '100000000',
  TRACE_RATIO: '0',
  TRACE_CHECKOUT_RATIO: '0',
}

const catalogued = async ({ home, urls, accounts }) => {
  const state = path.join(home, 'seed.json')
  await seedCatalogue({ gateway: urls.gateway, admin: accounts.admin, state })
}

/**
 * Shops of the bench's own, side by side, each with its catalogue.
 * @param plans `{ name, env, zipkin }`: its folder below var/runs, what differs from `limits`, where its spans go (nowhere)
 * @returns `{ shops, stop }`: what `startShop` returns for each; `stop` ends them all
 */
export const startBenchShops = async (plans) => {
  const say = createSay()
  const begun = []
  const stop = () => Promise.all(begun.map(({ run, home }) => stopRun(run, home)))
  const start = async ({ name, env = {}, zipkin = { off: true } }) => {
    const home = path.join(varDir, 'runs', name)
    await cleanUp(home)
    const run = beginRun(home)
    if (begun.length === 0) stopOnSignals({ run, say, stop })
    begun.push({ run, home })
    const shop = await startShop({ home, run, say, env: { ...limits, ...env }, zipkin })
    await catalogued(shop)
    return shop
  }
  const shops = []
  try {
    for (const plan of plans) shops.push(await start(plan))
    return { shops, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * A shop of the bench's own, with its catalogue.
 * @returns what `startShop` does; `stop` ends it
 */
export const startBenchShop = async () => {
  const { shops, stop } = await startBenchShops([{ name: 'bench' }])
  return { ...shops[0], stop }
}

/** The catalogue's own stock would be sold out within seconds. */
export const fillShelves = async (url, skus, admin) => {
  const login = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  })
  const { accessToken } = await login.json()
  for (const sku of skus) {
    const answer = await fetch(`${url}/v1/admin/stock/${encodeURIComponent(sku)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ delta: 500_000, reason: 'bench' }),
    })
    if (!answer.ok) throw new Error(`stock of ${sku}: ${answer.status}`)
  }
}

/** What can be bought of a catalogue. */
export const skusOf = (products) =>
  products.flatMap(({ variants }) =>
    variants.filter(({ available }) => available).map(({ sku }) => sku),
  )

/** Every product that can be bought, whole. */
export const catalogueOf = async (url) => {
  const found = []
  for (let cursor = ''; cursor !== undefined;) {
    const page = await (await fetch(`${url}/v1/products?limit=100&inStock=true${cursor}`)).json()
    found.push(...page.items)
    cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : undefined
  }
  return Promise.all(
    found.map(async ({ handle }) => (await fetch(`${url}/v1/products/${handle}`)).json()),
  )
}
