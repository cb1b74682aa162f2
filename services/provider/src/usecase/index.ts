import type { Ports } from '../model/ports.ts'
import { charge } from './charge.ts'
import { findCharge } from './find-charge.ts'

/** All that the simulator does. */
export const providerUseCases = (ports: Ports) => ({
  charge: charge(ports),
  findCharge: findCharge(ports),
  cancelCharge: ports.charges.cancel,
  refund: ports.refunds.refund,
  ledgerAfter: ports.ledger.after,
})

export type UseCases = ReturnType<typeof providerUseCases>
