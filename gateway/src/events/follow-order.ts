import { setTimeout as pause } from 'node:timers/promises'
import { apps } from '@micromart/contracts'
import type { WatchOrderResponse } from '@micromart/contracts/order'
import { domainErrorOf } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import type { Shop } from '../client/shop.ts'

type ServiceError = Parameters<typeof domainErrorOf>[0]

/** One watch of an order's timeline, such as a gRPC stream. */
export type Watch = AsyncIterable<WatchOrderResponse> & {
  readonly cancel: () => void
  readonly on: (event: 'error', listener: () => void) => unknown
}

export type Follow = {
  /** Watches from after an entry. */
  readonly watch: (after: bigint) => Watch
  /** The `seq` of the last entry that is known. */
  readonly after: bigint
  /** Ends it: the client has gone, its token has expired, or the gateway stops. */
  readonly signal: AbortSignal
  /** Milliseconds before each new try, in a row without an entry between them. */
  readonly pauses?: readonly number[]
}

/** 6 s in all: a service that restarts is back by then. */
const usualPauses = [100, 300, 600, 1_000, 1_500, 2_500]

/** Whether order itself refused: the token has expired, or the order is no longer theirs. Trying again is useless. */
const isRefusal = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return true
  const fault = domainErrorOf(error as ServiceError, apps.order)
  return fault instanceof DomainError && fault.kind !== 'unavailable' && fault.kind !== 'internal'
}

/**
 * An order's entries as they are written, each once and in order, until its last state is told. A watch that breaks is
 * begun anew after the last entry. It ends without a last entry when order refuses, or cannot be had for several tries:
 * the client comes back then, and says where it was.
 */
export async function* followOrder({
  watch,
  after,
  signal,
  pauses = usualPauses,
}: Follow): AsyncGenerator<WatchOrderResponse, void> {
  let known = after
  let tries = 0
  while (!signal.aborted) {
    const watched = watch(known)
    try {
      for await (const message of watched) {
        tries = 0
        const { entry, last } = message
        const isNew = entry !== undefined && entry.seq > known
        if (isNew) known = entry.seq
        if (isNew || last) yield { entry: isNew ? entry : undefined, last }
        if (last) return
      }
    } catch (error) {
      if (signal.aborted || isRefusal(error)) return
    } finally {
      watched.on('error', () => {})
      watched.cancel()
    }
    const wait = pauses[tries]
    if (wait === undefined) return
    tries += 1
    await pause(wait, undefined, { signal }).catch(() => {})
  }
}

/** Watches by gRPC, no longer than `limitMs`. */
export const watchBy =
  (
    { orderStreams }: Pick<Shop, 'orderStreams'>,
    name: { readonly id: string; readonly orderToken: string | undefined },
    { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
  ) =>
  (after: bigint): Watch =>
    orderStreams.watchOrder({ ...name, after }, { limitMs, signal }) as Watch
