let isToldToEnd = false

/** From here on this process takes nothing new: it says that it is not ready, and serves what comes all the same. */
export const leave = (): void => {
  isToldToEnd = true
}

/** Whether this process has been told to end and drains. */
export const isLeaving = (): boolean => isToldToEnd
