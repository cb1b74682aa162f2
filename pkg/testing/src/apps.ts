import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import type { RequestOf, ResponseOf } from '@micromart/dapr'

/** The RPCs of each app, as the fake sidecar knows them. */
export const definitions = {
  [apps.product]: ProductServiceService,
  [apps.user]: UserServiceService,
  [apps.cart]: CartServiceService,
  [apps.order]: OrderServiceService,
  [apps.payment]: PaymentServiceService,
} as const

type Definitions = typeof definitions
export type AppName = keyof Definitions

/** As written in the proto: `GetLines`. */
export type RpcName<A extends AppName> = Capitalize<keyof Definitions[A] & string>

type MethodOf<A extends AppName, M extends RpcName<A>> =
  Uncapitalize<M> extends keyof Definitions[A] ? Definitions[A][Uncapitalize<M>] : never

/** What a stub learns about the call besides its request. */
export type StubCall = {
  readonly token: string | undefined
  readonly requestId: string | undefined
  readonly deadline: Date | undefined
  readonly header: (name: string) => string | undefined
}

type Incoming<M> = M extends { readonly requestStream: true }
  ? AsyncIterable<RequestOf<M>>
  : RequestOf<M>

type Messages<M> = Iterable<ResponseOf<M>> | AsyncIterable<ResponseOf<M>>

type Reply<M> = M extends { readonly responseStream: true }
  ? Messages<M>
  : Partial<ResponseOf<M>> | Promise<Partial<ResponseOf<M>>>

/** What a stub answers; absent fields take their defaults. A thrown DomainError travels as a service's would. */
export type Stub<A extends AppName, M extends RpcName<A>> = (
  request: Incoming<MethodOf<A, M>>,
  call: StubCall,
) => Reply<MethodOf<A, M>>
