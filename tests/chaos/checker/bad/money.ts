import { cleanDump, seen } from '../clean.ts'
import { also, dumped, first, told, type Bad } from './build.ts'

export const badMoney: Bad = {
  I4: {
    history: {
      'a client who was told another total than was charged': told({ total: 300 }),
      'two orders paid under one key': also({ key: 'k1', order: seen('o2', 'PAID') }),
    },
    database: {
      'two captures of one order': dumped({
        ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'payment-again' }],
      }),
      'a cancelled order whose money was kept': dumped({ ledger: cleanDump.ledger.slice(0, 2) }),
      'a paid order without money': dumped({ ledger: cleanDump.ledger.slice(1) }),
      'a payment that says something else than the provider': dumped({
        payments: first(cleanDump.payments, { amount: 150 }),
      }),
    },
  },
  I6: {
    history: {
      'a client who was declined and charged': also({
        key: 'k1',
        outcome: 'fail',
        status: 402,
        code: 'payment_declined',
      }),
    },
    database: {
      'a capture for an order that is not there': dumped({
        ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'x', reference: 'o9' }],
      }),
      'a capture for an order that failed': dumped({
        ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'x', reference: 'o3' }],
      }),
    },
  },
}
