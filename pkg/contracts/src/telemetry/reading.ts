const patienceMs = 2_000

/** A scrape does not wait for a store that hangs. */
const inTime = async <T>(work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the reading took too long')), patienceMs)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * What several gauges are read from, taken at most once in so many milliseconds however often they are scraped. It costs
 * nothing while nobody scrapes.
 * @returns the last reading, or the error that it ended with; an error also after 2 s
 */
export const sharedReading = <T>(everyMs: number, read: () => Promise<T>): (() => Promise<T>) => {
  let takenAt = 0
  let last: Promise<T> | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - takenAt >= everyMs) {
      takenAt = now
      last = inTime(read())
    }
    return last
  }
}
