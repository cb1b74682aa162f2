import { secret, shop } from './shop.ts'

/** Where the provider's API is: over TLS its plain port says no more than how it is. */
const origin = (): string => {
  const { http, tls } = shop.ports['provider']!
  return shop.tls ? `https://127.0.0.1:${tls}` : `http://127.0.0.1:${http}`
}

/** Somebody gives money of an order back at the provider's own desk: all that is left unless said. */
export const refundAtDesk = async (reference: string, amount?: number): Promise<void> => {
  const response = await fetch(`${origin()}/v1/desk/refunds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret('provider-key')}` },
    body: JSON.stringify({ reference, amount }),
  })
  if (!response.ok) throw new Error(`the provider does not refund: ${response.status}`)
}
