/**
 * A queue per key in this process: work under one key runs one after the other, in the order it came. It spares a busy
 * cart most of its ETag conflicts; correctness does not rest on it, as other replicas write too.
 */
export const takingTurns = () => {
  const tails = new Map<string, Promise<void>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(key)
    const { promise: tail, resolve: done } = Promise.withResolvers<void>()
    tails.set(key, tail)
    try {
      await before
      return await work()
    } finally {
      if (tails.get(key) === tail) tails.delete(key) // nobody waits behind us
      done()
    }
  }
}
