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

/**
 * A shop of the bench's own, with its catalogue.
 * @returns what `startShop` does; `stop` ends it
 */
export const startBenchShop = async () => {
  const home = path.join(varDir, 'runs', 'bench')
  const say = createSay()
  await cleanUp(home)
  const run = beginRun(home)
  stopOnSignals({ run, say, stop: () => stopRun(run, home) })
  const started = await startShop({ home, run, say, env: limits, zipkin: { off: true } })
  const { urls, accounts } = started
  const seed = { gateway: urls.gateway, admin: accounts.admin, state: path.join(home, 'seed.json') }
  try {
    await seedCatalogue(seed)
  } catch (error) {
    await started.stop()
    throw error
  }
  return started
}

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
