import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

// What dapr.yaml has no field for: the sidecars' internal port and metrics stay on loopback, nobody
// looks for a scheduler that isn't there, and calls in flight get a moment at the end.
const flags = [
  '--dapr-internal-grpc-listen-address 127.0.0.1',
  '--metrics-listen-address 127.0.0.1',
  "--scheduler-host-address ''",
  '--dapr-graceful-shutdown-seconds 2',
]

/**
 * Makes the folder that DAPR_RUNTIME_PATH names: the CLI runs `.dapr/bin/daprd` in it. What lies
 * there is a line of shell that adds the flags above and becomes daprd, keeping its pid.
 */
export const writeRuntime = (folder, daprd) => {
  const bin = path.join(folder, '.dapr', 'bin')
  mkdirSync(bin, { recursive: true })
  const file = path.join(bin, 'daprd')
  writeFileSync(file, `#!/bin/sh\nexec '${daprd}' "$@" ${flags.join(' ')}\n`)
  chmodSync(file, 0o755)
  return folder
}
