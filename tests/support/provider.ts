import { secret, shop } from './shop.ts'

/** Somebody gives money of an order back at the provider's own desk: all that is left unless said. */
export const refundAtDesk = async (reference: string, amount?: number): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${shop.ports['provider']!.http}/v1/desk/refunds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret('provider-key')}` },
    body: JSON.stringify({ reference, amount }),
  })
  if (!response.ok) throw new Error(`the provider does not refund: ${response.status}`)
}
