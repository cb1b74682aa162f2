/** A request of HTTP, whole, as the gateway passed it on. */
export type HttpRequest = {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly HttpHeader[]
  readonly body: Uint8Array
}

/** @param name in lower case */
type HttpHeader = { readonly name: string; readonly value: string }

export type HttpAnswer = {
  readonly status: number
  readonly headers: readonly HttpHeader[]
  readonly body: Uint8Array
}
