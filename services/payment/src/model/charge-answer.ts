/** Where the shopper's browser has to go before the charge can go on. */
export type NextAction = { readonly url: string; readonly expiresAt: Date }

/** What became of a charge. `unknown` is an answer: only asking again resolves it. */
export type ChargeAnswer =
  | { readonly status: 'captured'; readonly chargeId: string }
  | { readonly status: 'pending'; readonly chargeId: string }
  | {
      readonly status: 'requires_action'
      readonly chargeId: string
      readonly nextAction: NextAction
    }
  | { readonly status: 'declined'; readonly code: string }
  | { readonly status: 'cancelled' }
  | { readonly status: 'unknown' }
  /** The provider is sure that it has charged nothing under the key. */
  | { readonly status: 'never_made' }
