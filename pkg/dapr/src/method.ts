/** One RPC of a ts-proto definition, as far as a client needs it. */
export type Method = {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  // A method's own types are narrower: bivariance through `never` keeps every definition assignable.
  readonly requestSerialize: (value: never) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => unknown
}

/** What ts-proto writes as `CartServiceService`. */
export type Definition = { readonly [method: string]: Method }

export type RequestOf<M> = M extends { readonly requestSerialize: (value: infer Req) => Buffer }
  ? Req
  : never

export type ResponseOf<M> = M extends { readonly responseDeserialize: (bytes: Buffer) => infer Res }
  ? Res
  : never

type Streams<Request extends boolean, Response extends boolean> = {
  readonly requestStream: Request
  readonly responseStream: Response
}

/** The names of a definition's methods that stream so. */
export type NamesOf<S, Request extends boolean, Response extends boolean> = {
  [M in keyof S]: S[M] extends Streams<Request, Response> ? M : never
}[keyof S]

export type UnaryNames<S> = NamesOf<S, false, false>

/** `/micromart.cart.v1.CartService/GetCart` in its two parts. */
export const partsOf = (path: string): { service: string; method: string } => {
  const [, service = '', method = ''] = path.split('/')
  return { service, method }
}
