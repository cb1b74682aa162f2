#!/usr/bin/env node
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { imageSboms } from './lib/audit/image-sbom.mjs'
import { makeSbom } from './lib/audit/sbom.mjs'
import { readDigests } from './lib/images/digests.mjs'

const help = `
npm run --silent sbom > sbom.cdx.json
npm run sbom -- --images FOLDER [--digests FILE]

Writes the bill of materials of all packages in the lockfile, as CycloneDX JSON, to standard output; or one for each image, of what is
in it, to FOLDER/<part>.cdx.json.

  --digests FILE   of "npm run publish:images": which images they are about
`

const { values } = commandLine(help, { images: { type: 'string' }, digests: { type: 'string' } })

if (values.digests && !values.images) {
  console.error(`--digests goes with --images\n\n${help.trim()}`)
  process.exit(2)
}

const textOf = (sbom) => `${JSON.stringify(sbom, undefined, 1)}\n`

await main(async () => {
  if (!values.images) return void process.stdout.write(textOf(makeSbom()))
  const digests = values.digests ? readDigests(values.digests).images : {}
  const sboms = Object.entries(imageSboms(digests))
  mkdirSync(values.images, { recursive: true })
  for (const [name, sbom] of sboms) {
    writeFileSync(path.join(values.images, `${name}.cdx.json`), textOf(sbom))
  }
  const counts = sboms.map(([name, { components }]) => `${name} ${components.length}`)
  console.log(`Bills of materials in ${values.images}, packages: ${counts.join(', ')}`)
})
