#!/usr/bin/env node
import { places } from './lib/bluegreen/colours.mjs'
import { kubectlOf } from './lib/bluegreen/kubectl.mjs'
import { deploy } from './lib/bluegreen/deploy.mjs'
import { promote, retire, rollback } from './lib/bluegreen/switch.mjs'
import { smoke } from './lib/bluegreen/smoke.mjs'
import { statusText } from './lib/bluegreen/status.mjs'
import { readDigests } from './lib/images/digests.mjs'
import { checkNode } from './lib/machine/dependencies.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { createSay } from './lib/terminal/say.mjs'

const help = `
mm-deploy COMMAND [OPTIONS]

  status     which colour is live, what each runs, who holds the lock
  deploy     --digests FILE: migrates, then brings a release into the idle colour; nobody sees it yet
  smoke      asks the idle colour through its preview address (PREVIEW_URL)
  promote    makes the idle colour the live one, watches it, and goes back by itself when it is not well (SHOP_URL)
  rollback   back to the colour that was live before; waits for no lock, changes no database
  retire     ends the pods of the idle colour

  --context NAME    a context of your kubeconfig, otherwise its current one
  --place NAME      whose overlays: production, or rehearsal in a cluster of your own (production)
  --digests FILE    which images ("npm run publish:images")
  --reason TEXT     why, written at the route
  --watch SECONDS   how long a promotion is watched (60)
  --alerts PATH     Prometheus' API as the API server passes it on; a promotion goes back when an error budget burns fast, e.g.
                    /api/v1/namespaces/monitoring/services/prometheus:9090/proxy
  --dry-run         says what would be done

It ends with 0 when it is done, 1 when it is not (and nothing is half switched), 2 when it was asked wrongly.
`

const text = { type: 'string' }

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

const commands = {
  status: async ({ cluster, say }) => say.line(await statusText(cluster)),
  deploy: (context) => {
    if (!context.digestsFile) refuse('deploy needs --digests FILE')
    return deploy({ ...context, digests: readDigests(context.digestsFile) })
  },
  smoke,
  promote,
  rollback,
  retire,
}

const wholeNumber = (given) => {
  if (!/^\d{1,5}$/.test(given)) refuse(`--watch takes seconds, not "${given}"`)
  return Number(given)
}

await main(async () => {
  const { positionals, values } = commandLine(
    help,
    {
      context: text,
      place: { ...text, default: 'production' },
      digests: text,
      reason: text,
      watch: { ...text, default: '60' },
      alerts: text,
      'dry-run': { type: 'boolean', default: false },
    },
    { positionals: true },
  )
  const [command, ...more] = positionals
  if (!Object.hasOwn(commands, command ?? ''))
    refuse(command ? `No such command: ${command}` : 'What shall be done?')
  if (more.length > 0) refuse(`${command} takes no ${more.join(' ')}`)
  const { place, context } = values
  if (!places.includes(place)) refuse(`There is no place ${place}: ${places.join(', ')}`)
  const watchMs = wholeNumber(values.watch) * 1000
  checkNode()
  const say = createSay()
  await commands[command]({
    cluster: kubectlOf({ context, place }),
    digestsFile: values.digests,
    reason: values.reason ?? command,
    watchMs,
    alerts: values.alerts,
    isDry: values['dry-run'],
    shopUrl: process.env.SHOP_URL,
    previewUrl: process.env.PREVIEW_URL,
    say,
  })
})
