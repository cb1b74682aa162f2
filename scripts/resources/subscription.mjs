/** Dapr Subscriptions, from pkg/contracts. Needs Node 24. */
import { components, deadLetterTopic } from '@micromart/contracts'

/** `order-payment-failed` for `payment.failed.v1`, `order-dead-letters` for an app's own letters. */
const nameOf = ({ topic, app }) =>
  topic === deadLetterTopic(app)
    ? `${app}-dead-letters`
    : `${app}-${topic.replace(/\.v\d+$/, '').replaceAll('.', '-')}`

/** A letter that could not be kept goes to the end of its own topic: none is lost. */
export const subscriptionOf = ({ topic, app }) => ({
  apiVersion: 'dapr.io/v2alpha1',
  kind: 'Subscription',
  metadata: { name: nameOf({ topic, app }) },
  scopes: [app],
  spec: {
    pubsubname: components.pubsub,
    topic,
    routes: { default: '/events' },
    deadLetterTopic: deadLetterTopic(app),
  },
})
