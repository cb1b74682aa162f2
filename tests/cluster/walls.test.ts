import { describe, expect, it } from '@jest/globals'
import { addressOf, namespaces, runIn } from '../support/cluster.ts'

const { shop, stores, provider, traces } = namespaces

/** Which address and port, by what lives there. */
const targets = {
  'sidecar of product': { namespace: shop, app: 'product', port: 50_002 },
  'sidecar of user': { namespace: shop, app: 'user', port: 50_002 },
  'sidecar of cart': { namespace: shop, app: 'cart', port: 50_002 },
  'sidecar of order': { namespace: shop, app: 'order', port: 50_002 },
  'sidecar of payment': { namespace: shop, app: 'payment', port: 50_002 },
  gateway: { namespace: shop, app: 'gateway', port: 8443 },
  'health of order': { namespace: shop, app: 'order', port: 7200 },
  mariadb: { namespace: stores, app: 'mariadb', port: 3306 },
  redis: { namespace: stores, app: 'redis', port: 6379 },
  provider: { namespace: provider, app: 'provider', port: 7207 },
  zipkin: { namespace: traces, app: 'zipkin', port: 9411 },
} as const

type Target = keyof typeof targets

const every = Object.keys(targets) as Target[]

/** Whom each app has to reach: by calls of its sidecar, in its stores, in the world outside. Nobody else answers it. */
const reaches: Readonly<Record<string, readonly Target[]>> = {
  gateway: [
    'sidecar of product',
    'sidecar of user',
    'sidecar of cart',
    'sidecar of order',
    'sidecar of payment',
    'redis',
    'zipkin',
  ],
  product: ['sidecar of user', 'mariadb', 'redis', 'zipkin'],
  user: ['sidecar of cart', 'sidecar of order', 'mariadb', 'redis', 'zipkin'],
  cart: ['sidecar of product', 'sidecar of user', 'redis', 'zipkin'],
  order: [
    'sidecar of product',
    'sidecar of user',
    'sidecar of cart',
    'sidecar of payment',
    'mariadb',
    'redis',
    'zipkin',
  ],
  payment: ['sidecar of user', 'mariadb', 'redis', 'provider', 'zipkin'],
}

/** Tries all addresses at once from within a pod; a wall answers nothing or with a refusal. */
const script = (addresses: readonly string[]) => `
const { connect } = require('node:net')
const knock = (address) => new Promise((resolve) => {
  const [host, port] = address.split(':')
  const socket = connect({ host, port: Number(port) })
  const end = (open) => { socket.destroy(); resolve(open) }
  socket.setTimeout(4000, () => end(false))
  socket.on('connect', () => end(true))
  socket.on('error', () => end(false))
})
Promise.all(${JSON.stringify(addresses)}.map(knock)).then((open) => console.log(JSON.stringify(open)))`

const openFrom = async (app: string): Promise<readonly Target[]> => {
  const others = every.filter((name) => targets[name].app !== app)
  const addresses = await Promise.all(
    others.map(async (name) => {
      const { namespace, app: there, port } = targets[name]
      return `${await addressOf(namespace, there)}:${port}`
    }),
  )
  const said = await runIn(shop, `deployment/${app}`, script(addresses))
  const open = JSON.parse(said) as readonly boolean[]
  return others.filter((_, index) => open[index])
}

describe('network policies', () => {
  it.each(Object.entries(reaches))('let %s reach %j and nothing else', async (app, wanted) => {
    expect(await openFrom(app)).toEqual(every.filter((name) => wanted.includes(name)))
  })

  it('let no pod of the shop reach what is outside of the cluster', async () => {
    const outside = ['192.0.2.10:6443', '192.0.2.1:443']
    expect(JSON.parse(await runIn(shop, 'deployment/cart', script(outside)))).toEqual([
      false,
      false,
    ])
  })
})
