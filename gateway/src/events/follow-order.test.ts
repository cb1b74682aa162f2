import { describe, expect, it } from '@jest/globals'
import { OrderStatus, type WatchOrderResponse } from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import { refusal } from '@micromart/service'
import { followOrder, type Watch } from './follow-order.ts'

const message = (seq: number, last = false): WatchOrderResponse => ({
  entry: {
    at: new Date(0),
    status: OrderStatus.ORDER_STATUS_PAID,
    event: `step${seq}`,
    message: '',
    actor: 'shop',
    seq: BigInt(seq),
  },
  last,
})

const broken = Object.assign(new Error('broken'), { code: 14, details: 'broken' })
const refused = Object.assign(
  new Error('refused'),
  refusal(new DomainError('unauthenticated', 'token_expired')),
)

type Script = { readonly messages: readonly WatchOrderResponse[]; readonly fault?: Error }

/** Watches as they are written down, one after another; then broken ones. */
const scripted = (scripts: readonly Script[]) => {
  const asked: bigint[] = []
  let cancelled = 0
  const watch = (after: bigint): Watch => {
    const { messages, fault } = scripts[asked.length] ?? { messages: [], fault: broken }
    asked.push(after)
    return {
      async *[Symbol.asyncIterator]() {
        yield* messages
        if (fault) throw fault
      },
      cancel: () => {
        cancelled += 1
      },
      on: () => undefined,
    }
  }
  return { watch, asked, cancelled: () => cancelled }
}

const follow = async (scripts: readonly Script[], after = 0n, pauses = [0, 0, 0]) => {
  const { watch, asked, cancelled } = scripted(scripts)
  const { signal } = new AbortController()
  const seen: (bigint | 'last')[] = []
  for await (const { entry, last } of followOrder({ watch, after, signal, pauses })) {
    if (entry) seen.push(entry.seq)
    if (last) seen.push('last')
  }
  return { seen, asked, cancelled: cancelled() }
}

describe('following an order', () => {
  it('ends with the last entry, and lets the watch go', async () => {
    const { seen, asked, cancelled } = await follow([{ messages: [message(1), message(2, true)] }])
    expect(seen).toEqual([1n, 2n, 'last'])
    expect([asked, cancelled]).toEqual([[0n], 1])
  })

  it('goes on after the last known entry, and tells none twice', async () => {
    const { seen, asked } = await follow(
      [
        { messages: [message(4)], fault: broken },
        { messages: [message(3), message(4), message(5)] },
        { messages: [message(5, true)] },
      ],
      3n,
    )
    expect(seen).toEqual([4n, 5n, 'last'])
    expect(asked).toEqual([3n, 4n, 5n])
  })

  it('gives up after several broken watches in a row', async () => {
    const { seen, asked, cancelled } = await follow([])
    expect([seen, asked.length, cancelled]).toEqual([[], 4, 4])
  })

  it('an entry between them begins the count anew', async () => {
    const { asked } = await follow([
      { messages: [], fault: broken },
      { messages: [], fault: broken },
      { messages: [message(1)], fault: broken },
    ])
    expect(asked).toHaveLength(3 + 3)
  })

  it('does not try again what was refused', async () => {
    const { seen, asked } = await follow([{ messages: [message(1)], fault: refused }])
    expect([seen, asked]).toEqual([[1n], [0n]])
  })

  it('ends while it waits, when nobody listens any more', async () => {
    const controller = new AbortController()
    const { watch, asked } = scripted([])
    const followed = followOrder({
      watch,
      after: 0n,
      signal: controller.signal,
      pauses: [60_000],
    }).next()
    setImmediate(() => controller.abort())
    expect((await followed).done).toBe(true)
    expect(asked).toHaveLength(1)
  })
})
