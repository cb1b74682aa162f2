import { type Database, deleteAll, inTransaction, select, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { type AccountToken, nextToken, type TokenPurpose } from '../model/account-token.ts'
import type { AccountTokens, KeptToken } from '../model/mail-ports.ts'
import { lockAccount } from './account-roles.ts'

const lastToken = async (
  tx: EntityManager,
  accountId: string,
  purpose: TokenPurpose,
): Promise<AccountToken | undefined> => {
  const [row] = await select<AccountToken>(
    tx,
    `SELECT created_at AS createdAt, expires_at AS expiresAt, issued FROM account_token
     WHERE account_id = ? AND purpose = ? FOR UPDATE`,
    [accountId, purpose],
  )
  return row
}

/** Bound to the address and the password that the account has at this moment. */
const put = `REPLACE INTO account_token
  (account_id, purpose, digest, email_digest, password_version, issued, created_at, expires_at)
  SELECT id, ?, ?, SHA2(email_key, 256), password_version, ?, ?, ? FROM account WHERE id = ?`

/** A token is valid while its account has the same address and password. */
const valid = `account_token t JOIN account a ON a.id = t.account_id
  WHERE t.digest = ? AND t.purpose = ? AND t.expires_at > ? AND a.erased_at IS NULL
    AND a.password_version = t.password_version AND CONVERT(SHA2(a.email_key, 256) USING ascii) = t.email_digest`

const find = async (
  db: Parameters<typeof select>[0],
  purpose: TokenPurpose,
  digest: string,
  at: Date,
): Promise<string | undefined> => {
  const asked = `SELECT t.account_id AS accountId FROM ${valid}`
  const [row] = await select<{ accountId: string }>(db, asked, [digest, purpose, at])
  return row?.accountId
}

/** A mail that is sent again has issued its token before; it goes out while that one serves. */
const issue =
  (db: Database): AccountTokens['issue'] =>
  ({ mailId, accountId, purpose, digest, at }) =>
    inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, accountId)
      if (!account) return false
      if (purpose === 'verify_email' && account.emailVerified) return false
      const mark = 'UPDATE mail SET issued_at = ? WHERE id = ? AND issued_at IS NULL'
      const isFirst = (await write(tx, mark, [at, mailId])) === 1
      if (!isFirst) return (await find(tx, purpose, digest, at)) !== undefined
      const next = nextToken(purpose, await lastToken(tx, accountId, purpose), at)
      if (!next) return false
      const { issued, createdAt, expiresAt } = next
      await write(tx, put, [purpose, digest, issued, createdAt, expiresAt, accountId])
      return true
    })

/**
 * Uses up a token, with its account locked: of parallel uses the DELETE of one finds it.
 * @returns the account's id
 */
export const spendToken = async (
  tx: EntityManager,
  purpose: TokenPurpose,
  digest: string,
  at: Date,
): Promise<string | undefined> => {
  const accountId = await find(tx, purpose, digest, at)
  if (accountId === undefined || !(await lockAccount(tx, accountId))) return undefined
  const spent = await write(tx, `DELETE t FROM ${valid}`, [digest, purpose, at])
  return spent === 1 ? accountId : undefined
}

export const forgetTokens = async (tx: EntityManager, accountId: string): Promise<void> => {
  await write(tx, 'DELETE FROM account_token WHERE account_id = ?', [accountId])
}

const verifyEmail =
  (db: Database): AccountTokens['verifyEmail'] =>
  (digest, at) =>
    inTransaction(db, async (tx) => {
      const accountId = await spendToken(tx, 'verify_email', digest, at)
      if (accountId === undefined) return undefined
      await write(tx, 'UPDATE account SET email_verified_at = ? WHERE id = ?', [at, accountId])
      return accountId
    })

/** The tokens of links in `micromart_user`, as SHA-256. */
export const accountTokensMysql = (db: Database): AccountTokens => ({
  issue: issue(db),
  find: (purpose, digest, at) => find(db, purpose, digest, at),
  of: (accountId, at) =>
    select<KeptToken>(
      db,
      `SELECT purpose, created_at AS createdAt, expires_at AS expiresAt FROM account_token
       WHERE account_id = ? AND expires_at > ? ORDER BY purpose`,
      [accountId, at],
    ),
  verifyEmail: verifyEmail(db),
  prune: (now) => deleteAll(db, 'DELETE FROM account_token WHERE expires_at <= ?', [now]),
})
