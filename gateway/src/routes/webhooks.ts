import type { WebhookHeader } from '@micromart/contracts/payment'
import { callContext } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { z } from 'zod'
import type { Shop } from '../client/shop.ts'
import { anybody, type Input, json, route } from '../http/route.ts'
import { coarseAddress } from '../limits/address.ts'
import { alsoAnswers } from './common.ts'

const maxBytes = 256 * 1024

/** The signatures: nothing else of a provider's headers goes further. */
const forwarded = ['provider-signature', 'stripe-signature'] as const

const params = z.object({ provider: z.enum(['simulated', 'stripe']) })
const received = z.object({ received: z.literal(true) }).meta({ id: 'WebhookReceived' })

type Sent = Input<z.output<typeof params>, unknown, unknown>

const signatures = ({ header }: Sent): WebhookHeader[] =>
  forwarded.flatMap((name) => {
    const value = header(name)
    return value === undefined ? [] : [{ name, value }]
  })

const bytesOf = ({ body }: Sent): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

/** Payment says why a signature is not accepted (`security.webhook_signature`); only here is known from which network it came. */
const logForged = ({ params: { provider }, address }: Sent, { log }: Shop): void => {
  const { requestId } = callContext.getStore() ?? {}
  const fields = { event: 'security.webhook_refused', provider, address: coarseAddress(address) }
  log.warn({ ...fields, requestId }, 'webhook refused')
}

/** What a payment provider tells us. The signature over the bytes is its only credential, and payment judges it. */
export const webhookRoutes = [
  route({
    method: 'post',
    path: '/v1/webhooks/{provider}',
    summary: "A payment provider's notice, signed over its raw body",
    tag: 'Webhooks',
    auth: anybody,
    budget: 'webhooks',
    params,
    body: { type: 'bytes', mediaType: 'application/json', maxBytes },
    headers: forwarded.map((name) => ({
      name,
      description: 'The signature, of the provider whose header it is.',
    })),
    responses: {
      200: { description: 'Received, whether or not it told something new', shape: received },
      ...alsoAnswers(404),
    },
    handler: async (sent, shop) => {
      const { provider } = sent.params
      const request = { provider, body: bytesOf(sent), headers: signatures(sent) }
      try {
        await shop.payment.receiveWebhook(request)
      } catch (error) {
        const isForged = error instanceof DomainError && error.code === 'signature_invalid'
        if (isForged) logForged(sent, shop)
        throw error
      }
      return json(200, { received: true })
    },
  }),
]
