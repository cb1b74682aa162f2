import { components } from '@micromart/contracts'
import { prepareCall, type Wire } from './client.ts'
import { DaprService } from './generated/dapr/proto/runtime/v1/dapr.ts'

/** An event as the outbox holds it. */
export type PublishedEvent = {
  /** The CloudEvent's id: it survives redelivery and dead letter, so consumers know a repeat by it. */
  readonly id: string
  readonly topic: string
  /** What the event is about, such as an order id: the CloudEvent's subject. */
  readonly aggregateId: string
  /** JSON. */
  readonly payload: unknown
  /** W3C context of the change that caused it. */
  readonly traceparent?: string | undefined
}

/**
 * Publishes to the pub/sub component.
 * @throws DomainError unavailable: it may or may not have been published; publish it again
 */
export const publisher = (wire: Wire): ((event: PublishedEvent) => Promise<void>) => {
  const method = DaprService.publishEvent
  const limits = { target: components.pubsub, proxied: false, limitMs: 3_000, idempotent: false }
  const publish = prepareCall(wire, { ...limits, method })
  return async ({ id, topic, aggregateId, payload, traceparent }) => {
    const trace = traceparent === undefined ? {} : { 'cloudevent.traceparent': traceparent }
    await publish({
      pubsubName: components.pubsub,
      topic,
      data: Buffer.from(JSON.stringify(payload)),
      dataContentType: 'application/json',
      metadata: { 'cloudevent.id': id, 'cloudevent.subject': aggregateId, ...trace },
    })
  }
}
