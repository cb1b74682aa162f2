import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { components } from '@micromart/contracts'
import { AppCallbackService, TopicAnswer, type TopicEventResponse } from '@micromart/dapr/protocol'
import { systemIds } from '@micromart/kernel'

export type DeliverOptions = {
  /** The event's id; the same one again is a redelivery. */
  readonly id?: string
  readonly traceparent?: string
  /** What the event is about. */
  readonly subject?: string
  /** The topic it was published to, when it arrives on a dead-letter topic. */
  readonly publishedTo?: string
  /** Bytes in place of the payload's JSON. */
  readonly rawData?: Buffer
  /** Another app, which has sent it through our sidecar's proxy instead of publishing it. */
  readonly from?: string
}

export type DeliveryAnswer = keyof typeof TopicAnswer

const nameOf = (status: number): DeliveryAnswer => {
  const found = Object.entries(TopicAnswer).find(([, value]) => value === status)
  if (!found) throw new Error(`no such answer to an event: ${status}`)
  return found[0] as DeliveryAnswer
}

/** Calls an app's AppCallback.OnTopicEvent as its sidecar would. */
export const deliverTo = (
  port: number,
  appToken: string | undefined,
  topic: string,
  payload: unknown,
  {
    id = systemIds.next(),
    publishedTo = topic,
    traceparent,
    subject,
    rawData,
    from,
  }: DeliverOptions = {},
): Promise<DeliveryAnswer> => {
  const { path, requestSerialize, responseDeserialize } = AppCallbackService.onTopicEvent
  const metadata = new Metadata()
  if (appToken !== undefined) metadata.set('dapr-api-token', appToken)
  if (traceparent !== undefined) metadata.set('traceparent', traceparent)
  if (from !== undefined) metadata.set('dapr-caller-app-id', from)
  const event = {
    id,
    topic,
    source: 'fake',
    type: 'com.dapr.event.sent',
    specVersion: '1.0',
    dataContentType: 'application/json',
    data: rawData ?? Buffer.from(JSON.stringify(payload)),
    pubsubName: components.pubsub,
    path: '',
    extensions: {
      topic: publishedTo,
      pubsubname: components.pubsub,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(subject === undefined ? {} : { subject }),
    },
  }
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const options = { deadline: Date.now() + 30_000 }
  const send = { path, requestSerialize, responseDeserialize, event, metadata, options }
  return sendEvent(client, send).finally(() => client.close())
}

type Send = {
  readonly path: string
  readonly requestSerialize: typeof AppCallbackService.onTopicEvent.requestSerialize
  readonly responseDeserialize: typeof AppCallbackService.onTopicEvent.responseDeserialize
  readonly event: Parameters<typeof AppCallbackService.onTopicEvent.requestSerialize>[0]
  readonly metadata: Metadata
  readonly options: { readonly deadline: number }
}

const sendEvent = (client: Client, send: Send): Promise<DeliveryAnswer> =>
  new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize, event, metadata, options } = send
    const answered = (error: Error | null, answer?: TopicEventResponse) =>
      error || !answer ? reject(error ?? new Error('no answer')) : resolve(nameOf(answer.status))
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      event,
      metadata,
      options,
      answered,
    )
  })
