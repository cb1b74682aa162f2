import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Random } from '../plan/random.ts'
import type { Served } from '../shop/handle.ts'
import type { Answer, Client } from './client.ts'

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

const keyIn = (secrets: string): string | undefined => {
  const all = JSON.parse(readFileSync(secrets, 'utf8')) as Record<string, string>
  return all['provider-webhook-key']?.split(',')[0]
}

/** Sends a webhook that tells nothing of ours, signed by the provider or by somebody else. */
export const noticeClient =
  ({ secrets }: Served, client: Client) =>
  (by: 'provider' | 'stranger'): Promise<Answer> => {
    const body = { id: `evt_${randomUUID()}`, type: 'weather.changed', data: {} }
    const key = by === 'provider' ? (keyIn(secrets) ?? '') : 'nobody knows this one'
    const headers = { 'provider-signature': signed(key, JSON.stringify(body)) }
    const request = { op: 'breaker', process: 'provider', user: 'staff', method: 'POST' }
    return client({ ...request, path: '/v1/webhooks/simulated', headers, body })
  }

/**
 * Sends the provider's latest webhooks a second time, out of order, signed anew as the provider does with each attempt.
 * @returns how many the shop took
 */
export const repeatWebhooks = async (
  shop: Served,
  random: Random,
  most: number,
): Promise<number> => {
  const key = keyIn(shop.secrets)
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
