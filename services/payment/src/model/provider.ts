import type { Money } from '@micromart/kernel'
import type { ChargeAnswer } from './charge-answer.ts'
import type { ProviderNotice } from './notice.ts'
import type { Payment } from './payment.ts'

/** How a provider finds a charge again: by our key, or by its own id once that is known. */
export type ChargeRef = Pick<Payment, 'orderId' | 'chargeId'> & {
  readonly key: string
  readonly amount: Money
}

export type ChargeOrder = ChargeRef & {
  /** Passed on to the provider and kept nowhere. */
  readonly token: string
}

export type RefundOrder = {
  readonly key: string
  readonly chargeId: string
  readonly amount: Money
}

/** `unknown`, which an accepted refund that is not done yet is too: repeat later under the same key. */
export type RefundAnswer = 'refunded' | 'refused' | 'unknown'

/** A provider's notice as it came in, over which its signature is. */
export type RawNotice = {
  readonly body: Uint8Array
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

/** What a provider's own ledger says of one order. */
export type ProviderBook = {
  readonly orderId: string
  readonly currency: string
  readonly captured: bigint
  readonly refunded: bigint
  /** How many captures make it up: more than one is a double charge. */
  readonly captures: number
  readonly updatedAt: Date
}

/** A page of the provider's books; `undefined` when it keeps no ledger that can be paged by order. */
export type ProviderBooks = readonly ProviderBook[] | undefined

/**
 * The other side of the money. No call but `books` throws for what the provider or the network does, and none goes on after
 * `until`. Implementations: the simulated provider over HTTP, Stripe, and the tests' own; one suite judges them.
 */
export type Provider = {
  /** As in the webhook's address and in the payments' rows. */
  readonly name: 'simulated' | 'stripe'
  /** Whether it is worth asking: false while the breaker is open. */
  readonly available: () => boolean
  readonly charge: (order: ChargeOrder, until: Date) => Promise<ChargeAnswer>
  readonly find: (charge: ChargeRef, until: Date) => Promise<ChargeAnswer>
  /** Goes on with a charge that required an action of the shopper. */
  readonly confirm: (charge: ChargeRef, until: Date) => Promise<ChargeAnswer>
  /** Afterwards a charge under this key can't succeed any more, or it has. */
  readonly cancel: (charge: ChargeRef, until: Date) => Promise<ChargeAnswer>
  readonly refund: (order: RefundOrder, until: Date) => Promise<RefundAnswer>
  /**
   * Reads a notice whose signature holds at this moment.
   * @throws SignatureInvalid, NoticeInvalid
   */
  readonly readNotice: (raw: RawNotice, now: Date) => ProviderNotice
  /** @throws ProviderUnavailable */
  readonly books: (after: string, limit: number, until: Date) => Promise<ProviderBooks>
}
