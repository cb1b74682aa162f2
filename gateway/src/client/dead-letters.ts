import { apps, type subscriptions } from '@micromart/contracts'
import { type DeadLetter, DeadLetterServiceService } from '@micromart/contracts/ops'
import type { RpcClient, Sidecar } from '@micromart/dapr'
import { mergedPage, type MergedPage, type Source } from './merged-page.ts'

/** An app that hears events, and keeps those that it could not handle. */
export type Consumer = (typeof subscriptions)[number]['app']

/** Every consumer's letters, each asked by itself. */
export type Desk = Readonly<Record<Consumer, RpcClient<typeof DeadLetterServiceService>>>

/** The type asks for a client of every app that `subscriptions` names. */
export const connectDesk = (sidecar: Sidecar): Desk => ({
  cart: sidecar.client(DeadLetterServiceService, apps.cart, { forwardsKey: true }),
  order: sidecar.client(DeadLetterServiceService, apps.order, { forwardsKey: true }),
})

export type Wanted = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: string | undefined
}

/**
 * The letters of all consumers, newest first.
 * @throws DomainError unavailable when none answers; invalid `cursor_invalid`
 */
export const listLetters = (
  desk: Desk,
  { limit, cursor, state = '' }: Wanted,
): Promise<MergedPage<DeadLetter>> => {
  const sources = Object.entries(desk).map(([consumer, client]): [string, Source<DeadLetter>] => [
    consumer,
    (most, place) => client.listDeadLetters({ limit: most, cursor: place, state }),
  ])
  const timeOf = ({ lastFailedAt }: DeadLetter) => lastFailedAt?.getTime() ?? 0
  return mergedPage(Object.fromEntries(sources), { limit, cursor, boundTo: state, timeOf })
}
