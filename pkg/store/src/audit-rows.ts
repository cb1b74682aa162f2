import { type AuditHead, type AuditRow, noEntries } from '@micromart/kernel'
import { appendOnly } from './append-only.ts'
import { type MigrationClass, sqlMigration } from './migration.ts'
import { type Connection, select } from './table.ts'

const ascii = (type: string) => `${type} CHARACTER SET ascii COLLATE ascii_bin`
const exact = (type: string) => `${type} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`

const tables = [
  `CREATE TABLE IF NOT EXISTS audit_entries (
     seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
     at DATETIME(3) NOT NULL,
     actor_kind ${ascii('VARCHAR(10)')} NOT NULL,
     actor_id ${exact('VARCHAR(255)')} NOT NULL,
     actor_roles ${exact('VARCHAR(255)')} NOT NULL,
     action ${ascii('VARCHAR(64)')} NOT NULL,
     object_kind ${ascii('VARCHAR(32)')} NOT NULL,
     object_id ${exact('VARCHAR(255)')} NOT NULL,
     outcome ${ascii('VARCHAR(100)')} NOT NULL,
     address ${ascii('VARCHAR(45)')} NULL,
     user_agent ${ascii('VARCHAR(120)')} NULL,
     request_id ${ascii('VARCHAR(128)')} NULL,
     trace_id ${ascii('CHAR(32)')} NULL,
     state_before ${exact('LONGTEXT')} NULL,
     state_after ${exact('LONGTEXT')} NULL,
     hash ${ascii('CHAR(64)')} NOT NULL,
     KEY audit_entries_at (at),
     KEY audit_entries_actor (actor_id, seq),
     KEY audit_entries_action (action, seq),
     KEY audit_entries_object (object_kind, object_id, seq)
   ) ENGINE = InnoDB`,
  // One row: who writes an entry locks it, so that entries follow each other, and where they end is known.
  `CREATE TABLE IF NOT EXISTS audit_head (
     id TINYINT NOT NULL PRIMARY KEY,
     seq BIGINT UNSIGNED NOT NULL,
     at DATETIME(3) NOT NULL,
     hash ${ascii('CHAR(64)')} NOT NULL
   ) ENGINE = InnoDB`,
  `INSERT IGNORE INTO audit_head (id, seq, at, hash)
   VALUES (1, ${noEntries.seq}, '1970-01-01 00:00:00.000', '${noEntries.hash}')`,
]

/**
 * The migrations of a service's audit log, which only grows.
 * @param firstTime 13 digits that none of the service's migrations has; the next one is taken, too
 */
export const auditMigrations = (firstTime: number): readonly MigrationClass[] => [
  sqlMigration(`CreateAudit${firstTime}`, tables),
  appendOnly(`RefuseAuditChanges${firstTime + 1}`, 'audit_entries'),
]

type Stored = Omit<AuditRow, 'seq'> & { readonly seq: string | number }

const columns = `seq, at, actor_kind AS actorKind, actor_id AS actorId, actor_roles AS actorRoles, action,
  object_kind AS objectKind, object_id AS objectId, outcome, address, user_agent AS userAgent,
  request_id AS requestId, trace_id AS traceId, state_before AS \`before\`, state_after AS \`after\`, hash`

/** @param rest what follows the table's name, with `?` for values */
export const selectAudit = async (
  db: Connection,
  rest: string,
  values: readonly unknown[],
): Promise<readonly AuditRow[]> => {
  const rows = await select<Stored>(db, `SELECT ${columns} FROM audit_entries ${rest}`, values)
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

/** Where the log ends. @param lock `FOR UPDATE` for who is about to write */
export const readAuditHead = async (db: Connection, lock = ''): Promise<AuditHead> => {
  const sql = `SELECT seq, at, hash FROM audit_head WHERE id = 1 ${lock}`
  const [head] = await select<Pick<Stored, 'seq' | 'at' | 'hash'>>(db, sql)
  if (!head) throw new Error('audit_head has lost its row')
  return { ...head, seq: Number(head.seq) }
}
