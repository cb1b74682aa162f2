/**
 * Preloaded into every app by run-app.mjs. File descriptor 3 is a pipe that only the restarter holds
 * open: its end means that the restarter is gone, however it went, and nobody would ever stop this
 * process. `dapr run` stops its apps with SIGKILL, which nobody can pass on.
 */
import { Socket } from 'node:net'

const parent = new Socket({ fd: 3, readable: true, writable: false })
parent.on('close', () => process.kill(process.pid, 'SIGTERM'))
parent.on('error', () => {})
parent.resume()
parent.unref()
