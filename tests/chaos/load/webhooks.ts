import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Random } from '../plan/random.ts'
import type { Shop } from '../shop/handle.ts'

const signed = (key: string, body: string): string => {
  const seconds = Math.floor(Date.now() / 1000)
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}

const notices = async (mysqlUrl: string, most: number): Promise<string[]> => {
  const db = await createConnection(mysqlUrl)
  try {
    const [rows] = await db.query<RowDataPacket[]>(
      'SELECT body FROM micromart_provider.notices ORDER BY created_at DESC LIMIT ?',
      [most],
    )
    return rows.map((row) => String(row['body']))
  } catch {
    return [] // a provider that sends none
  } finally {
    await db.end()
  }
}

const keyIn = (secrets: string): string | undefined =>
  (JSON.parse(readFileSync(secrets, 'utf8')) as Record<string, string>)['provider-webhook-key']

/**
 * Sends the provider's latest webhooks a second time, out of order, signed anew as the provider does with each attempt.
 * @returns how many the shop took
 */
export const repeatWebhooks = async (shop: Shop, random: Random, most: number): Promise<number> => {
  const key = keyIn(shop.secrets)?.split(',')[0]
  if (key === undefined) return 0
  let taken = 0
  for (const body of random.shuffled(await notices(shop.mysqlUrl, most))) {
    const answer = await fetch(`${shop.gateway}/v1/webhooks/simulated`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'provider-signature': signed(key, body) },
      body,
    }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) taken += 1
  }
  return taken
}
