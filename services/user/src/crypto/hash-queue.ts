import { LoginBusy } from '../model/errors.ts'

export type QueueLimits = {
  /** How many run at once. */
  readonly running: number
  /** How many may wait; one more is refused. */
  readonly waiting: number
}

/**
 * Runs at most so many works at once, first come first served: hashing is the cheapest way to keep a shop busy (S8).
 * @throws LoginBusy when too many wait
 */
export const hashQueue = ({ running, waiting }: QueueLimits) => {
  const line: (() => void)[] = []
  let free = running

  const turn = async (): Promise<void> => {
    if (free > 0) {
      free -= 1
      return
    }
    if (line.length >= waiting) throw new LoginBusy()
    await new Promise<void>((admit) => line.push(admit))
  }

  const leave = (): void => {
    const next = line.shift() // the place goes to the next without becoming free in between
    if (next) next()
    else free += 1
  }

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await turn()
    try {
      return await work()
    } finally {
      leave()
    }
  }
  return { inTurn, waiting: () => line.length }
}
