import { scenarios } from './scenarios.mjs'

/** Twenty requests of a shop in which many look and few buy. */
const parts = [
  ...Array.from({ length: 11 }, () => 'detail'),
  ...Array.from({ length: 3 }, () => 'list'),
  ...Array.from({ length: 3 }, () => 'search'),
  ...Array.from({ length: 2 }, () => 'cart'),
  'order',
]

let searches = 0

/** One that no cache knows. */
const search = {
  title: 'product search',
  prepare: async () => ({
    shop: () => {
      searches += 1
      return { method: 'GET', path: `/v1/products?q=tea&minPrice=${searches}`, headers: {} }
    },
  }),
}

const known = { ...scenarios, search }

/** Of the operations of a visit, in their shares; `amount` requests. */
const visit = {
  title: 'visit',
  wanted: [200, 201],
  prepare: async ({ amount, ...context }) => {
    const orders = Math.ceil(amount / parts.length)
    const prepared = [...new Set(parts)].map(async (name) => {
      const { shop } = await known[name].prepare({ ...context, amount: orders })
      return [name, shop]
    })
    const makers = Object.fromEntries(await Promise.all(prepared))
    let next = 0
    return {
      amount,
      shop: () => {
        next += 1
        return makers[parts[next % parts.length]]()
      },
    }
  },
}

/** What is measured with and without traces, by name. */
export const tracedScenarios = { search, cart: scenarios.cart, order: scenarios.order, visit }
