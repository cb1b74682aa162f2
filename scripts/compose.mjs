#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { createSay } from './lib/terminal/say.mjs'

const help = `
npm run compose -- prepare          makes secrets and certificates (var/compose); what is there and good stays
npm run compose -- up               the same, then starts all containers, and brings accounts and goods
npm run compose -- heal             starts anew what lost its network because its pod was restarted by hand
npm run compose -- down [--volumes] ends and removes all containers; with --volumes the data as well

After "prepare" plain "docker compose" does, too: docs/compose.md. Images: npm run images -- build.
`

const { values, positionals } = commandLine(
  help,
  { volumes: { type: 'boolean', default: false } },
  { positionals: true },
)

const [command, ...rest] = positionals
const say = createSay()
const logDir = path.join(shopHome, 'log')

const load = async () => {
  const { writeComposeFiles } = await import('./lib/compose/files.mjs')
  const { findCompose } = await import('./lib/compose/docker.mjs')
  const { heal, seedGoods, seedPeople, startAll } = await import('./lib/compose/shop.mjs')
  return { writeComposeFiles, findCompose, heal, seedGoods, seedPeople, startAll }
}

const gateway = () => `http://127.0.0.1:${process.env.SHOP_PORT || 8080}`

const up = async ({ writeComposeFiles, findCompose, seedGoods, seedPeople, startAll }) => {
  const compose = await findCompose({ log: path.join(logDir, 'compose.log') })
  const shop = await writeComposeFiles()
  await say.step('Containers', { usually: '40 to 120 s' }, (progress) =>
    startAll(compose, (text) => progress(text.trim().split('\n').at(-1)?.trim() ?? '')),
  )
  await say.step('Accounts', { usually: '3 s' }, () => seedPeople(compose, shop))
  await say.step('Catalogue', { usually: '3 to 10 s' }, () => seedGoods(gateway(), shop))
  say.line(
    `\nThe shop is open: ${gateway()} (npm run demo sends shoppers in); accounts: var/compose/demo-accounts.json`,
  )
}

const withCompose = async ({ findCompose }, work) =>
  work(await findCompose({ log: path.join(logDir, 'compose.log') }))

const commands = {
  prepare: async ({ writeComposeFiles }) => {
    await writeComposeFiles()
    say.line('Secrets and certificates are in var/compose: docker compose up --wait')
  },
  up,
  heal: async (parts) => {
    const stranded = await withCompose(parts, parts.heal)
    say.line(stranded.length > 0 ? `started anew: ${stranded.join(', ')}` : 'Nothing was stranded.')
  },
  down: (parts) =>
    withCompose(parts, (compose) =>
      compose.run(['--profile', '*', 'down', ...(values.volumes ? ['--volumes'] : [])]),
    ),
}

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

if (!Object.hasOwn(commands, command ?? '')) {
  refuse(command ? `No such command: ${command}` : 'What shall be done?')
}
if (rest.length > 0) refuse(`${command} takes no more words: ${rest.join(' ')}`)
if (values.volumes && command !== 'down') refuse('--volumes goes with down')

await main(async () => {
  checkNode()
  await ensureDependencies(say, logDir)
  await commands[command](await load())
})
