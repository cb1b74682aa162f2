import { providerApi } from '../load/provider-api.ts'
import type { Shop } from '../shop/handle.ts'
import type { Fault } from './catalogue.ts'

type Armed = {
  readonly operation: string
  readonly step: string
  readonly kind: string
  readonly times?: number
}

const ask = async (
  shop: Shop,
  method: string,
  body?: object,
): Promise<readonly { fired?: number }[]> => {
  const answer = await providerApi(shop)(method, '/v1/faults', body)
  return (answer?.body as { items?: { fired?: number }[] } | undefined)?.items ?? []
}

/** A fault that the simulated provider makes itself: it knows before and after the effect of its requests. */
const armed = ({ operation, step, kind, times = 40 }: Armed): Fault => ({
  name: `provider:${operation}:${step}:${kind}`,
  category: 'provider',
  lastsMs: 6000,
  arm: async (shop) => {
    await ask(shop, 'POST', { operation, step, kind, times })
    return 0
  },
  heal: async (shop) => {
    const fired = (await ask(shop, 'GET')).reduce((sum, each) => sum + (each.fired ?? 0), 0)
    await ask(shop, 'DELETE')
    return fired
  },
})

const steps = ['before', 'after']
const kinds = ['error', 'timeout', 'reset']

export const providerFaults: readonly Fault[] = [
  ...['charge', 'refund', 'find', 'cancel'].flatMap((operation) =>
    steps.flatMap((step) => kinds.map((kind) => armed({ operation, step, kind }))),
  ),
  armed({ operation: 'charge', step: 'before', kind: 'decline' }),
]
