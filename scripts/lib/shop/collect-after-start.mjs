/**
 * Preloaded into every app by run-app.mjs. What loading left behind, 15 to 25 MB an app, would be held until traffic fills the heap: an
 * idle V8 does not look. One collection, of some 30 ms, gives it back. (Not by an inspector's session: ending one in the
 * answer to `HeapProfiler.collectGarbage` locks the process up for good.)
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const afterMs = 15_000

setTimeout(() => {
  setFlagsFromString('--expose-gc') // for contexts made from here on
  const collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}, afterMs).unref()
