export { startBackground } from './background.ts'
export { backlogRpc } from './backlog-rpc.ts'
export { deadLetterRpc, type DeskSettings } from './dead-letter-rpc.ts'
export { actingOf } from './acting.ts'
export { scopeRefusal } from './access.ts'
export type { CallContext, Caller } from './caller.ts'
export type { ServedService } from './grpc-server.ts'
export { startHealthServer } from './http-server.ts'
export { keyed, type MessageCodec } from './keyed.ts'
export { createLog, type LogOptions } from './log.ts'
export { type Offer, type Platform, type PlatformOverrides, startPlatform } from './platform.ts'
export { strictSecrets } from './production.ts'
export { grpcCodes, refusal } from './refusal.ts'
export { loopInTime, type ReadyChecks, type Readiness, readinessOf } from './readiness.ts'
export { runMain } from './run-main.ts'
export { type Running, serve, type ServeSettings } from './serve.ts'
export {
  type BaseConfig,
  baseSettings,
  healthHost,
  processVariables,
  readSettings,
  SettingsError,
} from './settings.ts'
export type { Operations } from './operations.ts'
export { markReplayed } from './served.ts'
export { bidi, serverStream } from './streaming.ts'
export type { SpanTarget } from './span-export.ts'
export {
  metricsText,
  startTelemetry,
  type TelemetrySettings,
  telemetrySettings,
} from './telemetry.ts'
export { type TokenVerifier, tokenVerifier, type VerifierSettings } from './token-verifier.ts'
export type { TopicEvent, TopicHandlers } from './topics.ts'
export { unary } from './unary.ts'
