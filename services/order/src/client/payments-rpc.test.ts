import { expect, it } from '@jest/globals'
import type { ChargeOutcome } from '@micromart/contracts/payment'
import { money, silentLog } from '@micromart/kernel'
import { paymentsRpc } from './payments-rpc.ts'

it('S54 takes an outcome that it does not know for an open question, neither paid nor failed', async () => {
  const rpc = { charge: async () => ({ payment: { outcome: 99 as ChargeOutcome } }) }
  const payments = paymentsRpc(rpc as unknown as Parameters<typeof paymentsRpc>[0], silentLog)
  expect(await payments.charge('o-1', money(1n, 'EUR'), 'tok_visa')).toEqual({ outcome: 'unknown' })
})
