/** Which apps a component is for, and which topics they may use, from pkg/contracts/src/rights.ts. Needs Node 24. */
import { apps, components, deadLetterTopic, subscriptions } from '@micromart/contracts'
import { publishers, secretsOf, stateful, topicsOf } from '@micromart/contracts/rights'

const all = Object.values(apps)

const usesTopics = (app) => {
  const { published, subscribed } = topicsOf(app)
  return published.length + subscribed.length > 0
}

/** A component's own passwords are secrets, too: its apps' sidecars need the store. */
const usesSecrets = (app) => secretsOf[app].length > 0 || usesTopics(app) || stateful.includes(app)

/** The apps whose sidecars load a component. */
export const scopesOf = {
  [components.secrets]: all.filter(usesSecrets),
  [components.pubsub]: all.filter(usesTopics),
  [components.state]: all.filter((app) => stateful.includes(app)),
}

const listed = (kind) =>
  scopesOf[components.pubsub].map((app) => `${app}=${topicsOf(app)[kind].join(',')}`).join(';')

const everyTopic = [
  ...new Set([
    ...Object.keys(publishers),
    ...subscriptions.map(({ topic, app }) => [topic, deadLetterTopic(app)]).flat(),
  ]),
].join(',')

/**
 * What the pub/sub component says of topics. Only these topics exist, and all are protected: an app that a scope does not name
 * with a topic may neither publish nor hear it.
 */
export const topicScopes = {
  allowedTopics: everyTopic,
  protectedTopics: everyTopic,
  publishingScopes: listed('published'),
  subscriptionScopes: listed('subscribed'),
}
