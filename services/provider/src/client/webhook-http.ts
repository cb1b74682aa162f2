import { createHmac } from 'node:crypto'
import type { Clock, Log } from '@micromart/kernel'

export type WebhookSettings = {
  readonly url: string
  /** The first of the live secrets. */
  readonly key: string
  readonly limitMs: number
}

type Deps = { readonly clock: Clock; readonly log: Log }

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, anew at each attempt: a signature has its time. */
const signatureOf = (key: string, body: string, at: Date): string => {
  const seconds = Math.floor(at.getTime() / 1000)
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${digest}`
}

/** Posts notices to the merchant. Only a 2xx within the limit is a receipt; redirects are not followed. */
export const webhookHttp =
  ({ url, key, limitMs }: WebhookSettings, { clock, log }: Deps) =>
  async (body: string): Promise<boolean> => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'provider-signature': signatureOf(key, body, clock.now()),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(limitMs),
      })
      await response.body?.cancel()
      if (!response.ok) log.warn({ status: response.status }, 'the merchant does not take a notice')
      return response.ok
    } catch (cause) {
      log.warn({ cause }, 'the merchant could not be told')
      return false
    }
  }
