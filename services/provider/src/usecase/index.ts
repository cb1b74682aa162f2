import type { Ports } from '../model/ports.ts'
import { charge } from './charge.ts'
import { findCharge } from './find-charge.ts'
import { refund, refundAtDesk } from './refund.ts'
import { endDue, pruneNotices, sendNotices } from './run-clock.ts'
import {
  approveCharge,
  cancelCharge,
  confirmCharge,
  refuseCharge,
  showCharge,
} from './take-step.ts'

/** All that the simulator does. */
export const providerUseCases = (ports: Ports) => ({
  charge: charge(ports),
  findCharge: findCharge(ports),
  confirmCharge: confirmCharge(ports),
  cancelCharge: cancelCharge(ports),
  approveCharge: approveCharge(ports),
  refuseCharge: refuseCharge(ports),
  showCharge: showCharge(ports),
  refund: refund(ports),
  refundAtDesk: refundAtDesk(ports),
  ledgerAfter: ports.ledger.after,
  ledgerSumsAfter: ports.ledger.sumsAfter,
  tellAgain: ports.notices.again,
  endDue: endDue(ports),
  sendNotices: sendNotices(ports),
  pruneNotices: pruneNotices(ports),
})

export type UseCases = ReturnType<typeof providerUseCases>
