import type { Told } from '../model/ports.ts'
import type { OrderNews } from './timeline-news.ts'

/** One who follows an order: what is told to it waits until it is read. */
export type Watcher = {
  readonly orderId: string
  readonly tell: (news: OrderNews) => void
  readonly close: () => void
  readonly messages: () => AsyncGenerator<Told>
}

/** @param after exclusive `seq` from which on it wants to know */
export const newWatcher = (orderId: string, after: bigint): Watcher => {
  const queue: Told[] = []
  let last = after
  let closed = false
  let wake: (() => void) | undefined

  const awake = () => {
    wake?.()
    wake = undefined
  }
  return {
    orderId,
    tell: ({ entries, isOver }) => {
      if (closed) return
      const fresh = entries.filter(({ seq }) => seq > last)
      for (const [index, entry] of fresh.entries()) {
        queue.push({ entry, last: isOver && index === fresh.length - 1 })
        last = entry.seq
      }
      if (isOver && fresh.length === 0) queue.push({ entry: undefined, last: true })
      closed = isOver
      if (isOver || fresh.length > 0) awake()
    },
    close: () => {
      closed = true
      awake()
    },
    async *messages() {
      for (;;) {
        const told = queue.shift()
        if (told) yield told
        else if (closed) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

/** Who follows which order. */
export const watcherRegistry = () => {
  const byOrder = new Map<string, Set<Watcher>>()
  let count = 0
  return {
    add: (watcher: Watcher): void => {
      const others = byOrder.get(watcher.orderId)
      if (others) others.add(watcher)
      else byOrder.set(watcher.orderId, new Set([watcher]))
      count += 1
    },
    remove: (watcher: Watcher): void => {
      const others = byOrder.get(watcher.orderId)
      if (!others?.delete(watcher)) return
      if (others.size === 0) byOrder.delete(watcher.orderId)
      count -= 1
    },
    of: (orderId: string): ReadonlySet<Watcher> => byOrder.get(orderId) ?? new Set(),
    has: (orderId: string): boolean => byOrder.has(orderId),
    orderIds: (): readonly string[] => [...byOrder.keys()],
    all: (): readonly Watcher[] => [...byOrder.values()].flatMap((set) => [...set]),
    count: (): number => count,
  }
}

export type WatcherRegistry = ReturnType<typeof watcherRegistry>
