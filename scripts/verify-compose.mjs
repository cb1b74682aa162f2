#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { freePorts } from './lib/machine/ports.mjs'
import { root, shopHome } from './lib/machine/paths.mjs'
import { outputOf } from './lib/machine/run-command.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { createVerdicts } from './lib/terminal/verdicts.mjs'

const { values } = commandLine(
  `
npm run verify:compose [-- --no-build] [--no-run]

Checks docker-compose.yml: our own rules, and, where there is Docker, what Compose says of it. Then starts the whole shop, sells, kills one
container after the other, and counts memory. Where no Docker daemon answers, and you are root on Debian, an engine of its own is started from Debian's
packages, in a network of its own, with stores made of Debian's packages under the official names; nothing of it is left behind.
The last line is "N passed, N failed".

  --no-build   the shop's images are there (npm run images -- build)
  --no-run     nothing is started
`,
  {
    'no-build': { type: 'boolean', default: false },
    'no-run': { type: 'boolean', default: false },
  },
)

const say = createSay()
const logDir = path.join(shopHome, 'log')
const { tell, end } = createVerdicts(say)

const read = (name) => readFileSync(path.join(root, name), 'utf8')

const judge = async () => {
  const { composeOf, judgeCompose } = await import('./lib/compose/policy.mjs')
  const { parts } = await import('./lib/images/parts.mjs')
  const checks = judgeCompose(composeOf(read('docker-compose.yml')), {
    apps: parts().map(({ name }) => name),
    example: read('.env.example'),
    exists: (place) => existsSync(path.join(root, place)),
  })
  tell('docker-compose.yml', checks)
}

const dockerAnswers = () => outputOf('docker', ['version', '--format', '{{.Server.Version}}'])

const shares = ({ total, services }) => {
  const largest = Object.entries(services).toSorted(([, a], [, b]) => b - a)
  const each = largest.map(([name, used]) => `${name} ${Math.round(used)}`)
  return `${total} MiB in all: ${each.join(', ')}`
}

const figuresText = ({ startMs, memory, later, recovery }) => {
  const kills = Object.entries(recovery).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`)
  return `  all well after ${(startMs / 1000).toFixed(0)} s
  memory after forty purchases: ${shares(memory)}
  at the end: ${shares(later)}
  sells again after a kill: ${kills.join(', ')}`
}

/** On whatever Docker the environment names. */
const runHere = async () => {
  const { buildImages } = await import('./lib/images/build.mjs')
  const { findEngine } = await import('./lib/images/engine.mjs')
  const { partNames } = await import('./lib/images/digests.mjs')
  const { findCompose } = await import('./lib/compose/docker.mjs')
  const { writeComposeFiles } = await import('./lib/compose/files.mjs')
  const { tryCompose } = await import('./lib/compose/trial.mjs')
  if (!values['no-build']) {
    const engine = await findEngine({ engine: 'docker' })
    await buildImages(partNames(), { engine, say, logDir })
  }
  const names = ['SHOP_PORT', 'SHOP_TLS_PORT', 'PROVIDER_PORT', 'ZIPKIN_PORT']
  const ports = await freePorts(names.length)
  const env = {
    ...process.env,
    ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
  }
  const log = path.join(logDir, 'verify-compose.log')
  const compose = await findCompose({ env, project: 'micromart-verify', log })
  try {
    const files = await writeComposeFiles()
    const gateway = `http://127.0.0.1:${env.SHOP_PORT}`
    const { checks, figures } = await tryCompose({ compose, files, gateway, say })
    tell('trial', checks)
    if (figures) say.line(figuresText(figures))
  } finally {
    await compose.run(['logs', '--no-color', '--timestamps'], {
      log: path.join(logDir, 'verify-compose-containers.log'),
    })
    await compose.run(['down', '--volumes', '--timeout', '10'])
  }
}

/** The same inside of an engine of our own: this script again, which finds Docker there. */
const runPrivately = async () => {
  const { whyNoEngine, withPrivateEngine } = await import('./lib/compose/private-engine.mjs')
  const missing = whyNoEngine()
  if (missing) return say.line(`skipped: nothing is run: ${missing}`)
  const { bringImages } = await import('./lib/compose/bring-images.mjs')
  await withPrivateEngine({ say, logDir }, async (run) => {
    await bringImages({ build: !values['no-build'], say, logDir })
    const code = await run(process.execPath, [import.meta.filename, '--no-build'])
    const faults = code === 0 ? [] : ['see above']
    tell('trial', [{ check: 'the whole shop runs in containers', faults }])
  })
}

await main(async () => {
  checkNode()
  await ensureDependencies(say, logDir)
  await judge()
  if (values['no-run']) say.line('skipped: nothing is run (--no-run)')
  else if (await dockerAnswers()) await runHere()
  else await runPrivately()
  process.exit(end())
})
