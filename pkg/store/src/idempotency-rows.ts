import { DomainError, type ErrorKind, type FieldError } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import { isDuplicate } from './faults.ts'
import { type Connection, deleteAll, write } from './table.ts'

/** The DDL of the idempotency keys, for a service's next migration. */
export const idempotencyTables = (): string[] => [
  `CREATE TABLE IF NOT EXISTS idempotency_keys (
     id CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
     handler VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     fingerprint VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     owner CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     locked_until DATETIME(3) NULL,
     outcome VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL,
     answer MEDIUMBLOB NULL,
     created_at DATETIME(3) NOT NULL,
     KEY idempotency_created (created_at),
     KEY idempotency_open (outcome, locked_until)
   ) ENGINE = InnoDB`,
]

/** A key as a request brings it to a handler. */
export type RequestKey = {
  /** What is to be the same request: the SHA-256 in hex of caller, route and key. */
  readonly id: string
  /** Hash of what the request asks for, at most 64 ASCII characters. */
  readonly fingerprint: string
  /** Name of the handler, for metrics and for whoever reads the table. */
  readonly handler: string
}

/** What is kept of a finished request. */
export type Frozen = { readonly outcome: 'answer' | 'refusal'; readonly bytes: Uint8Array }

export type KeyRow = {
  readonly fingerprint: string
  readonly owner: string
  readonly lockedUntil: Date | null
  readonly frozen: Frozen | undefined
}

type Stored = {
  readonly fingerprint: string
  readonly owner: string
  readonly locked_until: Date | null
  readonly outcome: 'answer' | 'refusal' | null
  readonly answer: Buffer | null
}

export const readKey = async (db: Connection, id: string): Promise<KeyRow | undefined> => {
  const [row] = await db.query<Stored[]>(
    `SELECT fingerprint, owner, locked_until, outcome, answer FROM idempotency_keys WHERE id = ?`,
    [id],
  )
  if (!row) return undefined
  const { fingerprint, owner, outcome, answer } = row
  const frozen = outcome === null ? undefined : { outcome, bytes: answer ?? Buffer.alloc(0) }
  return { fingerprint, owner, lockedUntil: row.locked_until, frozen }
}

type NewRow = RequestKey & {
  readonly owner: string
  readonly lockedUntil: Date | null
  readonly at: Date
}

/** @returns false when the key has a row already; waits for one that has not committed */
export const addKey = async (db: Connection, row: NewRow): Promise<boolean> => {
  const { id, handler, fingerprint, owner, lockedUntil, at } = row
  try {
    await db.query(
      `INSERT INTO idempotency_keys (id, handler, fingerprint, owner, locked_until, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [id, handler, fingerprint, owner, lockedUntil, at],
    )
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

type Owned = { readonly id: string; readonly owner: string }

/** @returns false when somebody else owns the key by now, or has answered */
export const freezeKey = async (
  db: Connection,
  { id, owner }: Owned,
  { outcome, bytes }: Frozen,
): Promise<boolean> => {
  const changed = await write(
    db,
    `UPDATE idempotency_keys SET outcome = ?, answer = ?, locked_until = NULL
     WHERE id = ? AND owner = ? AND outcome IS NULL`,
    [outcome, Buffer.from(bytes), id, owner],
  )
  return changed === 1
}

/** Takes over an attempt that was given up or whose time has passed; @returns false when another was quicker */
export const takeOverKey = async (
  db: Connection,
  id: string,
  { from, to, at, lockedUntil }: { from: string; to: string; at: Date; lockedUntil: Date },
): Promise<boolean> => {
  const changed = await write(
    db,
    `UPDATE idempotency_keys SET owner = ?, locked_until = ?
     WHERE id = ? AND owner = ? AND outcome IS NULL AND (locked_until IS NULL OR locked_until <= ?)`,
    [to, lockedUntil, id, from, at],
  )
  return changed === 1
}

/** Gives an attempt up: nobody holds its key, and the next request with it goes on at once. */
export const unlockKey = async (db: Connection, { id, owner }: Owned): Promise<void> => {
  await write(
    db,
    'UPDATE idempotency_keys SET locked_until = NULL WHERE id = ? AND owner = ? AND outcome IS NULL',
    [id, owner],
  )
}

/** Forgets an attempt that has bound nothing. */
export const dropKey = async (db: Connection, { id, owner }: Owned): Promise<void> => {
  const own = 'DELETE FROM idempotency_keys WHERE id = ? AND owner = ? AND outcome IS NULL'
  await write(db, own, [id, owner])
}

const keptMs = 48 * 60 * 60 * 1000

/**
 * Forgets keys 48 hours after their first request.
 * @returns how many
 */
export const pruneIdempotency = (db: DataSource, now: Date): Promise<number> => {
  const before = new Date(now.getTime() - keptMs)
  return deleteAll(db, 'DELETE FROM idempotency_keys WHERE created_at < ?', [before])
}

type StoredRefusal = {
  readonly kind: ErrorKind
  readonly code: string
  readonly params: Readonly<Record<string, string>>
  readonly fields: readonly FieldError[]
}

/** A refusal as it is kept. */
export const refusalBytes = ({ kind, code, params, fields }: DomainError): Uint8Array =>
  Buffer.from(JSON.stringify({ kind, code, params, fields } satisfies StoredRefusal))

/** The refusal again, as the first request got it. */
export const refusalOf = (bytes: Uint8Array): DomainError => {
  const { kind, code, params, fields } = JSON.parse(Buffer.from(bytes).toString()) as StoredRefusal
  return new DomainError(kind, code, params, { fields })
}
