import type { Sale } from '../evidence.ts'
import { clean, cleanDump, people } from '../clean.ts'
import { also, answers, dumped, first, type Bad } from './build.ts'

export const goodSale: Sale = {
  units: 20,
  buyers: 200,
  atOnce: 32,
  tookMs: 4000,
  slowdown: 1,
  paid: 20,
  refused: 180,
  other: [],
  baskets: 120,
  stranded: [],
}

export const badShoppers: Bad = {
  I11: {
    history: {
      'bought goods that stay in the cart': also({ op: 'cart.final', status: 200, cart: { A: 2 } }),
      'a later addition that was lost': answers((each) =>
        each.op === 'cart.final' && each.user === people.bob ? { ...each, cart: {} } : each,
      ),
    },
    database: {
      'an order of fewer goods than left the cart': dumped({
        lines: first(cleanDump.lines, { quantity: 1 }),
      }),
    },
  },
  I15: {
    history: { "an answer with another's canary": also({ foreign: [people.bob] }) },
    database: {
      "an order that goes to another's address": dumped({
        orders: first(cleanDump.orders, { addressee: people.bob }),
      }),
    },
  },
  I16: {
    history: {
      'no order within ten seconds': {
        ...clean,
        faults: first(clean.faults, { firstOkMs: 12_000 }),
      },
      'never at full pace again': { ...clean, faults: first(clean.faults, { fullMs: undefined }) },
    },
    database: {
      'work left a minute after the load': { ...clean, leftAtRest: ['order o1 is still PENDING'] },
    },
  },
  books: {
    history: {},
    database: {
      "the shop's own books": { ...clean, books: { consistent: false, violations: ['B1'] } },
    },
  },
  sale: {
    history: {
      'a unit that nobody got': { ...clean, sale: { ...goodSale, paid: 19, refused: 181 } },
      'a buyer who saw an error': {
        ...clean,
        sale: { ...goodSale, refused: 179, other: ['503 unavailable'] },
      },
      'a deadlock that reached a shopper': {
        ...clean,
        sale: { ...goodSale, stranded: ['500 internal'] },
      },
      'a sale that took too long': { ...clean, sale: { ...goodSale, tookMs: 10_001 } },
    },
    database: {},
  },
}
