/**
 * What several gauges are read from, taken at most once in so many milliseconds however often they are scraped. It costs
 * nothing while nobody scrapes.
 * @returns the last reading, or the error that it ended with
 */
export const sharedReading = <T>(everyMs: number, read: () => Promise<T>): (() => Promise<T>) => {
  let takenAt = 0
  let last: Promise<T> | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - takenAt >= everyMs) {
      takenAt = now
      last = read()
    }
    return last
  }
}
