export { holdsCardNumber } from './card-number.ts'
export {
  type Acting,
  type Actor,
  type AuditAction,
  auditActions,
  type AuditEntry,
  type AuditFields,
  auditFiltersOf,
  type AuditList,
  type AuditQuery,
  changedFields,
  isAuditAction,
  type NewAuditEntry,
  systemActing,
} from './audit.ts'
export {
  type AuditHead,
  type AuditRow,
  type ChainFault,
  type ChainReport,
  entryOf,
  nextRow,
  noEntries,
  verifyChain,
} from './audit-chain.ts'
export { type Clock, systemClock } from './clock.ts'
export { decodeCursor, encodeCursor, type JsonValue } from './cursor.ts'
export {
  type Backlog,
  type DeadLetter,
  type DeadLetterDecision,
  type DeadLetters,
  type DeadLetterState,
  deadLetterStates,
  type EventFailure,
  type NewDeadLetter,
} from './dead-letter.ts'
export { DomainError, type ErrorKind, errorKinds, type FieldError } from './errors.ts'
export type { Erased } from './erasure.ts'
export { type Ids, isId, systemIds } from './ids.ts'
export { type Log, silentLog } from './log.ts'
export {
  addMoney,
  compareMoney,
  CurrencyMismatch,
  formatAmount,
  minorDigits,
  type Money,
  money,
  multiplyMoney,
  splitMoney,
  subtractMoney,
  sumMoney,
} from './money.ts'
export type { Page } from './page.ts'
export {
  identityScopes,
  isOwnScope,
  isRole,
  type Role,
  roles,
  type Scope,
  scopes,
  scopesOf,
} from './roles.ts'
