import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

// What dapr.yaml has no field for: the sidecars' internal port and metrics stay on loopback, and
// calls in flight get a moment at the end.
const flags = [
  '--dapr-internal-grpc-listen-address 127.0.0.1',
  '--metrics-listen-address 127.0.0.1',
  '--dapr-graceful-shutdown-seconds 2',
]

// The CLI always names a scheduler; there is none, and daprd would log a failed connection every
// second and call itself unhealthy. The flag is a list, so a later empty one does not undo it.
// What the CLI's environment says reaches every sidecar; what is one sidecar's alone lies in a file of its app's. Asked for
// its version it is nobody's.
const wrapper = (daprd, environments) => `#!/bin/sh
app=
left=$#
while [ "$left" -gt 0 ]; do
  left=$((left - 1))
  if [ "$1" = --app-id ]; then
    app=$2
  fi
  if [ "$1" = --scheduler-host-address ]; then
    shift
    left=$((left - 1))
  else
    set -- "$@" "$1"
  fi
  shift
done
if [ -n "$app" ]; then
  set -a
  . '${environments}'/"$app".env
  set +a
fi
exec '${daprd}' "$@" ${flags.join(' ')} $MICROMART_DAPRD_FLAGS
`

/**
 * Makes the folder that DAPR_RUNTIME_PATH names: the CLI runs `.dapr/bin/daprd` in it. What lies
 * there is a few lines of shell that set the flags above and become daprd, keeping its pid.
 * @param environments folder with `<app>.env` for each sidecar, see `writeEnvironments`
 */
export const writeRuntime = (folder, daprd, environments) => {
  const bin = path.join(folder, '.dapr', 'bin')
  mkdirSync(bin, { recursive: true })
  const file = path.join(bin, 'daprd')
  writeFileSync(file, wrapper(daprd, environments))
  chmodSync(file, 0o755)
  return folder
}
