#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { readDigests, writeDigests } from './lib/images/digests.mjs'
import { findEngine } from './lib/images/engine.mjs'
import { findImages, joinImages, nameImages, pushImages } from './lib/images/publish.mjs'

const help = `
npm run publish:images -- build --registry HOST/PATH --platform linux/amd64|linux/arm64 --digests FILE [--cache]
npm run publish:images -- join FILE ... --tag TAG --digests FILE
npm run publish:images -- find --registry HOST/PATH --tag TAG --digests FILE
npm run publish:images -- name --tag TAG --digests FILE

Brings the images of all parts into a registry, by Docker and buildx; "docker login" comes first. FILE says which digests they are.

  build   builds for one platform and pushes without a tag, with the provenance of the build
  join    makes one image for all platforms of each part, and tags it
  find    says which digests a tag stands for
  name    gives the digests of FILE another tag

  --cache           keep layers in the registry, and build upon those of earlier builds
  --base IMAGE      build on this image of Node alone,
  --builder IMAGE   and in this one with a shell and npm; the official ones by default
`

const { values, positionals } = commandLine(
  help,
  {
    registry: { type: 'string' },
    platform: { type: 'string' },
    tag: { type: 'string' },
    digests: { type: 'string' },
    cache: { type: 'boolean', default: false },
    base: { type: 'string' },
    builder: { type: 'string' },
  },
  { positionals: true },
)

const [command, ...files] = positionals
const say = createSay()
const logDir = path.join(shopHome, 'log')

const commands = {
  build: {
    needs: ['registry', 'platform', 'digests'],
    work: async (engine) => {
      const from = { base: values.base, builder: values.builder }
      writeDigests(values.digests, await pushImages({ ...values, from, engine, say, logDir }), '')
    },
  },
  join: {
    needs: ['tag', 'digests'],
    work: async (engine) => {
      const lists = files.map(readDigests)
      const { tag } = values
      writeDigests(values.digests, await joinImages(lists, { tag, engine, logDir }))
    },
  },
  find: {
    needs: ['registry', 'tag', 'digests'],
    work: async (engine) => writeDigests(values.digests, await findImages({ ...values, engine })),
  },
  name: {
    needs: ['tag', 'digests'],
    work: (engine) => nameImages(readDigests(values.digests), { tag: values.tag, engine, logDir }),
  },
}

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

const wanted = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined
if (!wanted) refuse(command ? `No such command: ${command}` : 'What shall be done?')
const missing = wanted.needs.filter((name) => !values[name])
if (missing.length > 0) refuse(`${command} needs ${missing.map((name) => `--${name}`).join(', ')}`)
if (command === 'join' && files.length === 0)
  refuse('join needs a list of digests for each platform')
if (command !== 'join' && files.length > 0) refuse(`${command} takes no files`)

await main(async () => {
  await ensureDependencies(say, logDir)
  await wanted.work(await findEngine({ engine: 'docker' }))
  say.line(`${command}: done in ${say.took()}`)
})
