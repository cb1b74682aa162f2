import { parseArgs } from 'node:util'
import { reportFault } from './fault.mjs'

/** Node goes on to say how such an option would be passed on as a word. */
const firstSentence = (text) => text.split('. ')[0]

/**
 * Reads a script's options; prints its help and ends when asked, or when an option is unknown.
 * @param options as for `util.parseArgs`
 * @param more `{ positionals }`: whether it takes words, too; `{ args }`: those of the process without it
 */
export const commandLine = (help, options = {}, { positionals = false, args } = {}) => {
  try {
    const read = parseArgs({
      ...(args && { args }),
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: positionals,
    })
    if (!read.values.help) return read
    console.log(help.trim())
    process.exit(0)
  } catch (error) {
    console.error(`${firstSentence(error.message)}\n\n${help.trim()}`)
    process.exit(2)
  }
}

/** Runs a script's work; a failure is told and ends it with code 1. */
export const main = (work) =>
  work().catch((error) => {
    reportFault(error)
    process.exit(1)
  })
