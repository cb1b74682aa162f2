#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { Fault } from './lib/terminal/fault.mjs'
import { ensureLocalBase } from './lib/images/base.mjs'
import { buildImages } from './lib/images/build.mjs'
import { cleanImages } from './lib/images/clean.mjs'
import { ensureEngine, findEngine } from './lib/images/engine.mjs'
import { describeAll, listImages } from './lib/images/list.mjs'
import { chosen, localRegistry } from './lib/images/parts.mjs'

const help = `
npm run images -- build [NAME ...]     builds images: gateway, a service, provider, daprd; all by default
npm run images -- list                 which of them are here, with size and age
npm run images -- inspect [NAME ...]   user, command, health check, labels, layers
npm run images -- clean [--all]        removes the images, with --all also the local bases and what they are made from

  --engine docker|podman   what builds; by default Docker when its daemon answers, else podman
  --network NETWORK        of the build's steps, where npm must reach its registry: host for the machine's own (podman's
                           default)
  --registry HOST/PATH     the images' name before the part's, ${localRegistry} by default
  --tag TAG                local by default
  --fresh                  build also what is unchanged
  --official               build from the official Node images, which are pulled, instead of local ones made of Debian's
                           packages (the default where apt-get and dpkg are)
  --base IMAGE             build on this image of Node alone,
  --builder IMAGE          and in this one with a shell and npm, of the same Node major

One image alone, without this script: docs/containers.md.
`

const { values, positionals } = commandLine(
  help,
  {
    engine: { type: 'string' },
    network: { type: 'string' },
    registry: { type: 'string' },
    tag: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    official: { type: 'boolean', default: false },
    base: { type: 'string' },
    builder: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
  { positionals: true },
)

const [command, ...names] = positionals
const say = createSay()
const logDir = path.join(shopHome, 'log')
const target = { registry: values.registry, tag: values.tag }

/** What a build starts from; `{}` lets the Dockerfile's own defaults stand. */
const startingImages = async (engine) => {
  const { base, builder, official } = values
  if (official && (base || builder)) {
    throw new Fault('--official goes with neither --base nor --builder', {
      advice: 'Leave one of them out.',
    })
  }
  if (official || (base && builder)) return { base, builder }
  return {
    ...(await ensureLocalBase({ engine, say, logDir })),
    ...(base && { base }),
    ...(builder && { builder }),
  }
}

const commands = {
  build: async () => {
    const wished = chosen(names)
    const engine = await ensureEngine(values, say, logDir)
    const from = await startingImages(engine)
    // What an official name stands for may be another image by now.
    const fresh = values.fresh || values.official
    const built = await buildImages(wished, { engine, target, from, fresh, say, logDir })
    say.line(
      `\nBuilt in ${say.took()}:\n${Object.values(built)
        .map((each) => `  ${each}`)
        .join('\n')}`,
    )
  },
  list: async () => say.line(await listImages(await findEngine(values), target)),
  inspect: async () => {
    say.line(await describeAll(chosen(names), await findEngine(values), target))
  },
  clean: async () => {
    const removed = await cleanImages(await findEngine(values), values.all)
    say.line(
      removed.length > 0
        ? `Removed:\n${removed.map((each) => `  ${each}`).join('\n')}`
        : 'There was nothing to remove.',
    )
  },
}

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

if (!Object.hasOwn(commands, command ?? '')) {
  refuse(command ? `No such command: ${command}` : 'What shall be done?')
}
if (names.length > 0 && !['build', 'inspect'].includes(command)) refuse(`${command} takes no names`)

await main(async () => {
  checkNode()
  if (command === 'build') await ensureDependencies(say, logDir)
  await commands[command]()
})
