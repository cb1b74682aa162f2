const seconds = (ms) => {
  const whole = Math.round(ms / 1000)
  if (whole < 60) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const everyMs = 10_000

/**
 * Prints the steps of a script: what is done, how long that usually takes, and how far it is.
 * Plain lines, so that they read the same on a terminal and in a CI log.
 */
export const createSay = (write = (line) => console.log(line)) => {
  const startedAt = Date.now()

  const step = async (what, { usually } = {}, work) => {
    const began = Date.now()
    let progress = ''
    write(`> ${what}${usually ? ` (usually ${usually})` : ''}`)
    const timer = setInterval(
      () =>
        write(`    still at it after ${seconds(Date.now() - began)}${progress && `: ${progress}`}`),
      everyMs,
    )
    try {
      const result = await work((text) => (progress = text))
      if (Date.now() - began > 1000) write(`    done in ${seconds(Date.now() - began)}`)
      return result
    } finally {
      clearInterval(timer)
    }
  }

  return { step, line: write, took: () => seconds(Date.now() - startedAt) }
}

/** Says nothing: for tests and for scripts that report on their own. */
export const silent = () => createSay(() => {})
