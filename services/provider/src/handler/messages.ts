import type { Charge, LedgerEntry, LedgerSum, Refund } from '../model/charge.ts'
import type { ArmedFault } from '../model/fault.ts'

const amountOf = ({ amount }: { readonly amount: { amount: bigint; currency: string } }) => ({
  amount: Number(amount.amount),
  currency: amount.currency,
})

/** @param publicUrl where the card's holder reaches the simulator */
export const chargeMessage = ({ id, outcome, amount }: Charge, publicUrl: string) => ({
  id,
  status: outcome.status,
  ...(outcome.status === 'declined' && { declineCode: outcome.declineCode }),
  ...(outcome.status === 'requires_action' && {
    nextAction: { url: `${publicUrl}/3ds/${id}`, expiresAt: outcome.dueAt.toISOString() },
  }),
  ...(amount && amountOf({ amount })),
})

export const refundMessage = ({ id, chargeId, amount }: Refund) => ({
  id,
  status: 'succeeded',
  charge: chargeId,
  ...amountOf({ amount }),
})

export const entryMessage = ({ seq, chargeId, amount, at, ...entry }: LedgerEntry) => ({
  ...entry,
  seq: seq.toString(),
  charge: chargeId,
  ...amountOf({ amount }),
  at: at.toISOString(),
})

export const sumMessage = ({ captured, refunded, updatedAt, ...sum }: LedgerSum) => ({
  ...sum,
  captured: Number(captured),
  refunded: Number(refunded),
  updatedAt: updatedAt.toISOString(),
})

export const faultMessage = ({ fired, times, ...fault }: ArmedFault) => ({
  ...fault,
  times,
  fired,
  left: times - fired,
})
