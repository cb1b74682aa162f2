import { openedBy, type Viewer } from '../model/order.ts'
import type { Orders, TimelineTail, Told } from '../model/ports.ts'

type Deps = { readonly orders: Orders; readonly tail: TimelineTail }

type Watch = {
  readonly id: string
  readonly viewer: Viewer
  /** Exclusive `seq`; 0 from the beginning. */
  readonly after: bigint
  readonly signal: AbortSignal
}

/** The timeline as it is written. @throws OrderNotFound also for another's order */
export const watchOrder = ({ orders, tail }: Deps) =>
  async function* watch({ id, viewer, after, signal }: Watch): AsyncGenerator<Told> {
    const order = openedBy(await orders.byId(id), viewer)
    yield* tail.follow(order.id, after, signal)
  }
