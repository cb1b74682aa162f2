/** Something to wait for that may have rung already: a ring during work is not lost. */
export type Bell = {
  readonly ring: () => void
  /** Resolves at the ring, or after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>
}

export const createBell = (): Bell => {
  let rung = false
  let open: (() => void) | undefined
  return {
    ring: () => {
      rung = true
      open?.()
    },
    wait: async (ms) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          open = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      rung = false
    },
  }
}
