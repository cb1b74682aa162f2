#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { main } from './lib/terminal/command-line.mjs'
import { withCluster } from './lib/deploy/cluster-access.mjs'
import { readDigests } from './lib/images/digests.mjs'
import { root } from './lib/machine/paths.mjs'
import { Fault } from './lib/terminal/fault.mjs'

const help = `
npm run deploy -- COMMAND [OPTIONS]

Runs deploy/bluegreen/mm-deploy, whose commands are status, deploy, smoke, promote, rollback and retire ("COMMAND --help" says more), on the
cluster of your kubeconfig, or on the one that these name, as whom the workflow is that runs it:

  KUBE_SERVER   its address
  KUBE_CA       the certificate that it is known by, as PEM

  --digests FILE   which images ("npm run publish:images"); looked at before anything is touched
`

const commands = ['status', 'deploy', 'smoke', 'promote', 'rollback', 'retire']
const [command, ...options] = process.argv.slice(2)

if (command === '--help' || command === '-h') {
  console.log(help.trim())
  process.exit(0)
}
if (!commands.includes(command)) {
  console.error(
    `${command ? `No such command: ${command}` : 'What shall be done?'}\n\n${help.trim()}`,
  )
  process.exit(2)
}

const program = path.join(root, 'deploy', 'bluegreen', 'mm-deploy')

const digestsGiven = () => {
  const index = options.indexOf('--digests')
  if (index === -1) return undefined
  return readDigests(options[index + 1] ?? '')
}

await main(async () => {
  if (command === 'deploy' && !digestsGiven()) {
    throw new Fault('deploy needs --digests FILE', { advice: 'npm run publish:images makes it.' })
  }
  const done = await withCluster(process.env, async (added) =>
    spawnSync(program, [command, ...options], {
      stdio: 'inherit',
      env: { ...process.env, ...added },
    }),
  )
  if (done.error) throw new Fault(`mm-deploy could not be run: ${done.error.message}`)
  process.exit(done.status ?? 1)
})
