#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { makeSbom } from './lib/audit/sbom.mjs'

commandLine(`
npm run --silent sbom > sbom.cdx.json

Writes the bill of materials of all packages in the lockfile, as CycloneDX JSON, to standard output.
`)

await main(async () => {
  process.stdout.write(`${JSON.stringify(makeSbom(), undefined, 1)}\n`)
})
