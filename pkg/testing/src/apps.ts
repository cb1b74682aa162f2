import { apps } from '@micromart/contracts'
import { CartBooksServiceService, CartServiceService } from '@micromart/contracts/cart'
import {
  AuditServiceService,
  BacklogServiceService,
  DeadLetterServiceService,
} from '@micromart/contracts/ops'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { ProductServiceService } from '@micromart/contracts/product'
import {
  ClientServiceService,
  OAuthServiceService,
  UserServiceService,
} from '@micromart/contracts/user'
import type { RequestOf, ResponseOf } from '@micromart/dapr'

/** What every service with events answers to operators. */
const operations = {
  ...AuditServiceService,
  ...DeadLetterServiceService,
  ...BacklogServiceService,
  ...PrivacyServiceService,
} as const

/** The RPCs of each app, as the fake sidecar knows them. */
export const definitions = {
  [apps.product]: { ...ProductServiceService, ...operations },
  [apps.user]: {
    ...UserServiceService,
    ...OAuthServiceService,
    ...ClientServiceService,
    ...operations,
  },
  [apps.cart]: { ...CartServiceService, ...CartBooksServiceService, ...operations },
  [apps.order]: { ...OrderServiceService, ...operations },
  [apps.payment]: { ...PaymentServiceService, ...operations },
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
  /** Says that the answer is a frozen one: `idempotent-replayed`. */
  readonly replay: () => void
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
