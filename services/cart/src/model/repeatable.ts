/** A write that may come again, as its sender names it. Source: the gateway, metadata `idempotency-*`. */
export type Repeatable = {
  readonly key: string
  /** Of principal and route: one key may be used on several. */
  readonly scope: string
  /** Of all that was asked for. */
  readonly fingerprint: string
}

/** What a write was answered: text, so that a cart is read without taking apart what nobody may ever ask for again. */
export type KeptAnswer = Repeatable & { readonly answer: string }
