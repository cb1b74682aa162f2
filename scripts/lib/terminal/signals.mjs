import { killProcesses } from '../shop/stop-shop.mjs'

const watchMs = 1000
// One Ctrl-C can arrive twice: from the terminal and from the program that runs this one.
const oneKeyMs = 1000

/**
 * Ends the shop in good order on Ctrl-C, SIGTERM, SIGHUP, and when the `npm` that runs this script is gone: a shell
 * between npm and us would not pass its signals on. A second Ctrl-C kills at once.
 * @returns `end(why, code)` to do so for another reason, `ready()` once the shop is open, `begun()`
 */
export const stopOnSignals = ({ run, say, stop }) => {
  let begun = false
  let begunAt
  let ready = false

  const end = async (why, code) => {
    if (begun) return
    begun = true
    begunAt = Date.now()
    say.line(`\nStopping (${why}); usually 3 to 10 s`)
    await stop((what) => say.line(`  ${what}`)).catch((error) => say.line(`  ${error.stack}`))
    say.line('Stopped.')
    process.exit(code)
  }

  const onSignal = (signal) => {
    if (begun && signal === 'SIGINT' && Date.now() - begunAt < oneKeyMs) return
    if (begun && signal === 'SIGINT') {
      say.line('Killing what is left.')
      killProcesses(run)
      run.close()
      process.exit(130)
    }
    // A shop that was open ends as it was asked to; a start that was broken off has failed.
    void end(signal, ready ? 0 : 130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)

  const parent = process.ppid
  const underNpm = process.env.npm_lifecycle_event !== undefined
  const timer = setInterval(() => {
    if (underNpm && process.ppid !== parent) void end('npm is gone', 0)
  }, watchMs)
  timer.unref()

  return { end, ready: () => (ready = true), begun: () => begun }
}
