import { DomainError } from '@micromart/kernel'

/** What mysql2 and TypeORM's wrapper around its errors tell. */
type Fault = {
  readonly errno?: number
  readonly code?: string
  /** The connection is of no use any more. */
  readonly fatal?: boolean
  readonly message: string
}

/** By form, not by class: an error of Node's own may come from another realm. */
const isFault = (error: unknown): error is Fault =>
  typeof error === 'object' && error !== null && 'message' in error

const faultOf = (error: unknown): Fault | undefined => {
  if (!isFault(error)) return undefined
  return 'driverError' in error && isFault(error.driverError) ? error.driverError : error
}

/** https://mariadb.com/docs/server/reference/error-codes, the same numbers in MySQL. */
const errors = {
  duplicateEntry: 1062,
  lockTimeout: 1205,
  deadlock: 1213,
  recordChanged: 1020,
} as const

/** Server and connection faults that pass: too many connections, shutdown, read only, disk full, lost connection. */
const passing: ReadonlySet<number> = new Set([
  1021, 1040, 1053, 1077, 1114, 1158, 1159, 1160, 1161, 1203, 1226, 1290, 1836, 1927, 3100, 3, 28,
])
const lost = /^(PROTOCOL_|ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|POOL_CLOSED)/

/** TLS was asked for, and the server has none or shows a certificate that does not hold. */
export const isUnproven = (error: unknown): error is Fault =>
  faultOf(error)?.code?.startsWith('HANDSHAKE_') ?? false

/** Nobody answered: no server, or no way to it. */
export const isLost = (error: unknown): boolean => lost.test(faultOf(error)?.code ?? '')

/** A transaction that lost against another and may simply be run again. */
export const isContention = (error: unknown): boolean => {
  const errno = faultOf(error)?.errno
  return errno === errors.deadlock || errno === errors.lockTimeout || errno === errors.recordChanged
}

/** A statement that waited for a lock until its time was up; its transaction goes on. */
export const isLockTimeout = (error: unknown): boolean =>
  faultOf(error)?.errno === errors.lockTimeout

/**
 * Whether an INSERT or UPDATE met an existing row.
 * @param keyName the unique key that must be the one, such as `payments_order`
 */
export const isDuplicate = (error: unknown, keyName?: string): boolean => {
  const fault = faultOf(error)
  if (fault?.errno !== errors.duplicateEntry) return false
  if (keyName === undefined) return true
  // MariaDB names the key, MySQL table and key: "for key 'payments_order'", "for key 'payments.payments_order'"
  return fault.message.endsWith(`'${keyName}'`) || fault.message.endsWith(`.${keyName}'`)
}

/**
 * Reads a fault of the database as "try later".
 * @returns undefined when it is none: then it is a bug, or a rule of the schema spoke
 */
export const databaseFault = (error: unknown): DomainError | undefined => {
  const fault = faultOf(error)
  if (fault === undefined) return undefined
  if (isContention(error)) {
    return new DomainError('unavailable', 'database_busy', {}, { cause: error })
  }
  const away = isLost(error) || passing.has(fault.errno ?? 0)
  if (!away && fault.fatal !== true) return undefined
  return new DomainError('unavailable', 'database_unavailable', {}, { cause: error })
}
