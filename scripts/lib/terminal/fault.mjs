/**
 * A failure that the reader can do something about: what failed, what to do, where the log is.
 * Anything else that escapes a script is a bug and keeps its stack.
 */
export class Fault extends Error {
  constructor(what, { advice, log, cause } = {}) {
    super(what, { cause })
    this.name = 'Fault'
    this.advice = advice
    this.log = log
  }
}

const known = [
  {
    sign: /no space left on device|ENOSPC|Errcode: 28/i,
    advice:
      'The disk is full: free some space (npm run doctor says how much is needed), then start again.',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ENETUNREACH|network is unreachable|no such host|dial tcp|i\/o timeout|Could not resolve|Temporary failure resolving|ETIMEDOUT|ECONNREFUSED.*registry/i,
    advice:
      'There is no network, or the package registry cannot be reached: check the connection and proxy settings, then start again; what was fetched so far is kept.',
  },
  {
    sign: /cannot allocate memory|signal: killed|out of memory/i,
    advice:
      'The machine ran out of memory: close something (a build of Dapr needs about 2 GB), then start again.',
  },
]

/** What the text of a failed command tells about what to do. */
export const adviceFor = (text) => known.find(({ sign }) => sign.test(text))?.advice

/** Writes a failure the way all scripts do. */
export const reportFault = (error) => {
  if (!(error instanceof Fault)) return console.error(error)
  console.error(`\nFAILED  ${error.message}`)
  if (error.advice) console.error(`  do    ${error.advice}`)
  if (error.log) console.error(`  log   ${error.log}`)
}
