import { clean, cleanDump, seen } from '../clean.ts'
import { also, dumped, first, soldOut, type Bad } from './build.ts'

export const badStock: Bad = {
  I1: {
    history: {
      'a restock that was acknowledged and is not there': also({
        op: 'stock.adjust',
        user: 'staff',
        status: 200,
        asked: { sku: 'A', delta: 5 },
      }),
    },
    database: {
      'a read whose held units no hold explains': {
        ...clean,
        brokenReads: [{ ...cleanDump.stock, stock: [{ sku: 'A', onHand: 8, held: 1 }] }],
      },
      'more units than staff ever put there': dumped({
        movements: first(cleanDump.movements, { delta: 12 }),
        stock: { ...cleanDump.stock, stock: [{ sku: 'A', onHand: 10, held: 0 }], moved: { A: 10 } },
      }),
    },
  },
  I2: {
    history: {
      'more units told to be sold than existed': also({
        key: 'k9',
        order: { ...seen('o9', 'PAID'), items: [{ sku: 'A', quantity: 9, unitPrice: 100 }] },
      }),
    },
    database: {
      'more units paid than existed': dumped({
        lines: first(cleanDump.lines, { quantity: 11 }),
        movements: cleanDump.movements.map((each) =>
          each.orderId === 'o1' ? { ...each, delta: -11 } : each,
        ),
      }),
      'a cancelled order whose goods did not come back': dumped({
        movements: cleanDump.movements.filter(({ kind }) => kind !== 'return'),
      }),
      'a paid order whose goods never left the shelf': dumped({
        movements: cleanDump.movements.filter(({ orderId }) => orderId !== 'o1'),
      }),
      'a paid order of which only a part left the shelf': dumped({
        movements: cleanDump.movements.map((each) =>
          each.orderId === 'o1' ? { ...each, delta: -1 } : each,
        ),
      }),
      'goods that went to an order that failed': dumped({
        movements: [...cleanDump.movements, { sku: 'A', delta: -2, kind: 'sale', orderId: 'o3' }],
      }),
    },
  },
  I3: {
    history: { 'refused while units lie there': { ...clean, soldOut: ['A'] } },
    database: {
      'a unit left of what was sold out': {
        ...soldOut,
        dump: {
          ...soldOut.dump,
          stock: { ...soldOut.dump.stock, stock: [{ sku: 'A', onHand: 1, held: 0 }] },
        },
      },
    },
  },
}
