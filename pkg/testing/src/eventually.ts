import { setTimeout as pause } from 'node:timers/promises'

/**
 * Polls until an expectation holds: `await eventually(() => expect(...).toBe(...))`.
 * @returns what the expectation returned
 * @throws its last error, after 5 s if not said otherwise
 */
export const eventually = async <T>(
  expectation: () => T | Promise<T>,
  { withinMs = 5_000, everyMs = 20 } = {},
): Promise<T> => {
  const end = Date.now() + withinMs
  for (;;) {
    try {
      return await expectation()
    } catch (error) {
      if (Date.now() > end) throw error
      await pause(everyMs)
    }
  }
}
