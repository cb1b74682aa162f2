import { readFileSync } from 'node:fs'
import type { Shop } from '../shop/handle.ts'
import type { Fault } from './catalogue.ts'

type Armed = {
  readonly operation: string
  readonly step: string
  readonly kind: string
  readonly times?: number
}

const ask = async (
  { ports, secrets }: Shop,
  method: string,
  body?: object,
): Promise<readonly { fired?: number }[]> => {
  const key = (JSON.parse(readFileSync(secrets, 'utf8')) as Record<string, string>)['provider-key']
  const answer = await fetch(`http://127.0.0.1:${ports['provider']?.http ?? 0}/v1/faults`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const found = (await answer.json()) as { items?: { fired?: number }[] }
  return found.items ?? []
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
