/**
 * Preloaded into every app by run-app.mjs. What loading left behind, 15 to 30 MB an app, would be held until traffic fills the heap: an
 * idle V8 does not look. One collection, of some 50 ms, gives it back.
 */
import { Session } from 'node:inspector'

const afterMs = 15_000

setTimeout(() => {
  const session = new Session()
  session.connect()
  session.post('HeapProfiler.collectGarbage', () => session.disconnect())
}, afterMs).unref()
