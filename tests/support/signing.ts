import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import type { RowDataPacket } from 'mysql2/promise'
import { tokenAudience } from '@micromart/contracts'
import { secret } from './shop.ts'
import { openMysql } from './stores.ts'

/** Opens what the user service has sealed: AES-256-GCM, IV and tag before the text, bound to the key's id. */
const unsealed = (sealed: string, kid: string): Buffer => {
  const parts = Buffer.from(sealed, 'base64')
  const key = Buffer.from(secret('signing-kek'), 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, parts.subarray(0, 12))
  decipher.setAAD(Buffer.from(kid)).setAuthTag(parts.subarray(12, 28))
  return Buffer.concat([decipher.update(parts.subarray(28)), decipher.final()])
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

type Claims = { readonly sub: string; readonly scope: string } & Readonly<Record<string, unknown>>

export type ShopKey = {
  readonly kid: string
  readonly key: KeyObject
  readonly publicKey: KeyObject
}

/** The running shop's own key: whoever has the key-encryption key and the database could have it. */
export const shopKey = async (): Promise<ShopKey> => {
  const connection = await openMysql(secret('mysql-user'))
  const sql = "SELECT kid, sealed_private AS sealed FROM signing_key WHERE slot = 'active'"
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  await connection.end()
  const { kid = '', sealed = '' } = (rows[0] ?? {}) as { kid?: string; sealed?: string }
  const key = createPrivateKey(unsealed(sealed, kid).toString())
  return { kid, key, publicKey: createPublicKey(key) }
}

/** Signs tokens with the shop's own key, for what no login gives: one that has ended, one of a machine. */
export const shopSigner = async (issuer: string): Promise<(claims: Claims) => string> => {
  const { kid, key } = await shopKey()
  return (claims) => {
    const iat = Math.floor(Date.now() / 1_000)
    const times = { iat, exp: iat + 300, jti: randomUUID() }
    const payload = { iss: issuer, aud: tokenAudience, roles: [], ...times, ...claims }
    const signed = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid })}.${encoded(payload)}`
    const how = { key, dsaEncoding: 'ieee-p1363' } as const
    return `${signed}.${sign('sha256', Buffer.from(signed), how).toString('base64url')}`
  }
}

/** The issuer that a shop's tokens name. */
export const issuerOf = (token: string): string => {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(payload) as { iss: string }).iss
}
