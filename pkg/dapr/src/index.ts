export { type Breaker, type Breakers, startBreakers } from './breaker.ts'
export {
  type CallScope,
  callContext,
  type IdempotencyKey,
  type Origin,
  runInContext,
} from './context.ts'
export type { ClientOptions, RpcClient } from './client.ts'
export type { Definition, RequestOf, ResponseOf } from './method.ts'
export type { CallOptions } from './outgoing.ts'
export type { PublishedEvent } from './publish.ts'
export { connectSidecar, type Sidecar, type SidecarSettings } from './sidecar.ts'
export { unkeptSpan } from './span.ts'
export type { StateStore, StoredState } from './state.ts'
export { domainErrorOf, errorInfoType } from './status.ts'
export type { RpcStreams, StreamOptions } from './stream.ts'
