import { type App, apps, subscriptions } from '../names.ts'

/** Who exposes what all apps of a kind have. */
export const every: readonly App[] = Object.values(apps)

/** All but the simulated provider, which stands for the world outside and has no sidecar work. */
export const sidecarred = every.filter((app) => app !== apps.provider)

/** Those with RPCs of their own. */
export const serving = sidecarred.filter((app) => app !== apps.gateway)

export const onMysql: readonly App[] = [
  apps.product,
  apps.user,
  apps.order,
  apps.payment,
  apps.provider,
]

/** Those with an outbox. */
export const telling = onMysql.filter((app) => app !== apps.provider)

/** Those that hear of events, and keep what they cannot handle. */
export const hearing: readonly App[] = [...new Set(subscriptions.map(({ app }) => app))]
