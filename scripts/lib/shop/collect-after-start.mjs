/**
 * Preloaded into every app by run-app.mjs. What loading left behind, 15 to 30 MB an app, would be held until traffic fills the heap: an
 * idle V8 does not look. One collection, of some 50 ms, gives it back.
 */
import { Session } from 'node:inspector'

const afterMs = 15_000

setTimeout(() => {
  const session = new Session()
  session.connect()
  // Not in the answer itself: the collection still holds the lock that ending the session takes, and the thread would wait for ever.
  const end = () => setImmediate(() => session.disconnect())
  session.post('HeapProfiler.collectGarbage', end)
}, afterMs).unref()
