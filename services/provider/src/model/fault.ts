/** The requests that faults can be armed for. */
export type Operation = 'charge' | 'find' | 'confirm' | 'cancel' | 'refund'

/**
 * `error`: 500. `timeout`: no answer for longer than anybody waits. `reset`: the connection breaks, after the effect only when the
 * head of the answer is out. `decline`: the charge is declined, the refund refused.
 */
export type FaultKind = 'error' | 'timeout' | 'reset' | 'decline'

/** What goes wrong with the next requests that match. */
export type Fault = {
  readonly operation: Operation
  /** Of the charge; any when not said. */
  readonly token?: string | undefined
  readonly reference?: string | undefined
  /** Before or after the effect of the request. */
  readonly step: 'before' | 'after'
  readonly kind: FaultKind
  /** How many requests it hits. */
  readonly times: number
}

/** What is known of a request that may be hit. */
export type Target = {
  readonly operation: Operation
  readonly token: string | undefined
  readonly reference: string | undefined
}

export type ArmedFault = Fault & { readonly id: string; readonly fired: number }

const fits = (wanted: string | undefined, given: string | undefined): boolean =>
  wanted === undefined || wanted === given

export const hits = ({ fired, ...fault }: ArmedFault, target: Target): boolean =>
  fired < fault.times &&
  fault.operation === target.operation &&
  fits(fault.token, target.token) &&
  fits(fault.reference, target.reference)
