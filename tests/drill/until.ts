import { setTimeout as pause } from 'node:timers/promises'

/** Asks twice a second until there is an answer; a failure is none. @returns undefined when the time is up */
export const until = async <T>(
  ask: () => Promise<T | undefined>,
  limitMs: number,
): Promise<T | undefined> => {
  for (const end = Date.now() + limitMs; Date.now() < end; await pause(500)) {
    const answer = await ask().catch(() => undefined)
    if (answer) return answer
  }
  return undefined
}
