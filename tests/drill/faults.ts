import { createConnection } from 'mysql2/promise'
import { providerApi } from '../chaos/load/provider-api.ts'
import type { Shop } from '../chaos/shop/handle.ts'
import { adminToken, clientOf } from './shoppers.ts'

/** What is broken, how it is mended, and which alerts must tell of it. */
export type DrillFault = {
  readonly what: string
  readonly expects: readonly {
    readonly alert: string
    readonly labels?: Readonly<Record<string, string>>
  }[]
  readonly arm: (shop: Shop, goods: { readonly sku: string }) => Promise<unknown>
  readonly heal: (shop: Shop, goods: { readonly sku: string }) => Promise<unknown>
}

const stopped = (target: string): Pick<DrillFault, 'arm' | 'heal'> => ({
  arm: async ({ processes }) => processes.signal(target, 'SIGSTOP'),
  heal: async ({ processes }) => processes.signal(target, 'SIGCONT'),
})

const cut = (edge: string): Pick<DrillFault, 'arm' | 'heal'> => ({
  arm: ({ proxies }) => proxies.spoil(edge, { kind: 'reset' }),
  heal: ({ proxies }) => proxies.heal(edge),
})

const failing = (
  operations: readonly string[],
  kind: string,
): Pick<DrillFault, 'arm' | 'heal'> => ({
  arm: async (shop) => {
    for (const operation of operations) {
      const fault = { operation, step: 'before', kind, times: 10_000 }
      const answer = await providerApi(shop)('POST', '/v1/faults', fault)
      if (answer?.status !== 200) throw new Error(`the provider arms no fault: ${answer?.status}`)
    }
  },
  heal: (shop) => providerApi(shop)('DELETE', '/v1/faults'),
})

const change = async ({ mysqlUrl }: Shop, sku: string, by: number) => {
  const db = await createConnection({ uri: mysqlUrl })
  const sql = 'UPDATE micromart_product.stock SET on_hand = on_hand + ? WHERE sku = ?'
  await db.execute(sql, [by, sku])
  await db.end()
}

/** The alert tells what the last check found, so the check is part of breaking and of mending. */
export const checkBooks = async (shop: Shop) =>
  clientOf(shop)('GET', '/v1/admin/books', { token: await adminToken(shop) })

const editedStock =
  (by: number) =>
  async (shop: Shop, { sku }: { readonly sku: string }) => {
    await change(shop, sku, by)
    await checkBooks(shop)
  }

export const drillFaults: readonly DrillFault[] = [
  {
    what: 'The sidecar of cart hangs',
    expects: [{ alert: 'SidecarMissing', labels: { app: 'cart' } }],
    ...stopped('cart-sidecar'),
  },
  {
    what: 'The user service hangs',
    expects: [{ alert: 'AppDown', labels: { app: 'user' } }],
    ...stopped('user'),
  },
  {
    what: 'The sidecar of order is cut off from Redis',
    expects: [{ alert: 'OutboxStalled', labels: { app: 'order' } }],
    ...cut('order-redis'),
  },
  {
    what: 'The gateway is cut off from Redis',
    expects: [{ alert: 'RateLimitsWithoutRedis' }],
    ...cut('gateway-redis'),
  },
  {
    what: 'Somebody edits a row of stock',
    expects: [{ alert: 'BooksBroken' }],
    arm: editedStock(3),
    heal: editedStock(-3),
  },
  {
    what: 'The payment provider refuses every charge',
    expects: [
      { alert: 'PaymentProviderFails', labels: { operation: 'charge' } },
      { alert: 'ErrorBudgetBurnsFast', labels: { slo: 'checkout', sli: 'availability' } },
    ],
    ...failing(['charge'], 'error'),
  },
  {
    what: 'The product service hangs',
    expects: [
      { alert: 'AppDown', labels: { app: 'product' } },
      { alert: 'CatalogueNotFresh' },
      { alert: 'CheckoutStopped' },
    ],
    ...stopped('product'),
  },
]
