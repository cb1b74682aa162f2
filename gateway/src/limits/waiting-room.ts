export type RoomSettings = {
  /** How many are let in at once. */
  readonly atOnce: number
  /** How many may wait; one more is refused. */
  readonly waiting: number
  /** How long one waits before being refused. */
  readonly patienceMs: number
}

/** Gives the place back; further calls do nothing. */
export type Leave = () => void

export type WaitingRoom = {
  /**
   * Waits for a place, first come first served.
   * @param gone aborted when whoever waits has left
   * @returns undefined when there was none in time
   */
  readonly enter: (gone: AbortSignal) => Promise<Leave | undefined>
}

const once = (work: () => void): Leave => {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}

/**
 * Bounds how much of something dear is under way. Waiting costs nothing; a refusal that comes at once only makes an
 * impatient client ask again at once.
 */
export const waitingRoom = ({ atOnce, waiting, patienceMs }: RoomSettings): WaitingRoom => {
  const line = new Set<() => void>()
  let inside = 0

  const leave = () => {
    const [next] = line
    if (next)
      next() // the place goes on without becoming free in between
    else inside -= 1
  }

  const turn = async (gone: AbortSignal): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (isAdmitted: boolean) => {
      clearTimeout(timer)
      gone.removeEventListener('abort', giveUp)
      line.delete(admit)
      resolve(isAdmitted)
    }
    const admit = () => settle(true)
    const giveUp = () => settle(false)
    const timer = setTimeout(giveUp, patienceMs).unref()
    gone.addEventListener('abort', giveUp)
    line.add(admit)
    return promise
  }

  return {
    enter: async (gone) => {
      if (gone.aborted) return undefined
      if (inside < atOnce) inside += 1
      else if (line.size >= waiting || !(await turn(gone))) return undefined
      return once(leave)
    },
  }
}
