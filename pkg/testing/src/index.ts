export { auditContract, type AuditStore } from './audit-contract.ts'
export type { AppName, RpcName, Stub, StubCall } from './apps.ts'
export { type Browser, browser, type Exchange, type Visit } from './browser.ts'
export { deadLettersContract } from './dead-letters-contract.ts'
export type { DeliverOptions, DeliveryAnswer } from './delivery.ts'
export { eventually } from './eventually.ts'
export type { RecordedCall } from './fake-proxy.ts'
export type { PublishedRecord } from './fake-runtime.ts'
export { type FakeOptions, type FakeSidecar, startFakeSidecar } from './fake-sidecar.ts'
export type { FakeEntry } from './fake-state.ts'
export { freePort } from './free-port.ts'
export {
  keyContract,
  type KeyedFate,
  type KeyedReply,
  type KeyedRequest,
  type KeyedSubject,
} from './idempotency-contract.ts'
export { type ReceivedMail, readMailbox } from './mailbox.ts'
export { readMetric } from './metric.ts'
export { type AuditLine, readAudit } from './read-audit.ts'
export { type TestDatabase, testDatabase, testRedisUrl } from './stores.ts'
export { type TestCaller, type TestClient, testClient } from './test-client.ts'
export { type TestTokens, testTokens, type TokenFor } from './test-tokens.ts'
export { telemetryForTest } from './telemetry.ts'
export { newTraceparent, withOwnSpan } from './traceparent.ts'
