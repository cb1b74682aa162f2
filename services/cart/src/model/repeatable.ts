/** A write that may come again, as its sender names it. Source: the gateway, metadata `idempotency-*`. */
export type Repeatable = {
  readonly key: string
  /** Of principal and route: one key may be used on several. */
  readonly scope: string
  /** Of all that was asked for. */
  readonly fingerprint: string
  /** Trace of this request: a refusal that is told again names it again. */
  readonly traceId?: string | undefined
}

/** What a write was answered: text, so that a cart is read without taking apart what nobody may ever ask for again. */
export type KeptAnswer = Omit<Repeatable, 'traceId'> & { readonly answer: string }
