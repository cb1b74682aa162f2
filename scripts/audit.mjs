#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
import { ensureDependencies } from './lib/machine/dependencies.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'

/** What each part is about; the longest last. */
const parts = {
  dependencies: 'known vulnerabilities of packages',
  licences: 'licences of packages',
  sbom: 'the bill of materials',
  secrets: 'secrets in the history and the tree',
  rules: 'own rules over the code that runs',
  containers: 'images and manifests',
  suite: 'the tests of the check-list, on a running shop',
}

/** Once the packages are there. */
const load = async () => {
  const { auditDependencies } = await import('./lib/audit/dependencies.mjs')
  const { auditLicences } = await import('./lib/audit/licences.mjs')
  const { auditSbom } = await import('./lib/audit/sbom.mjs')
  const { auditSecrets } = await import('./lib/audit/secrets.mjs')
  const { auditRules } = await import('./lib/audit/rules.mjs')
  const { auditContainers } = await import('./lib/audit/containers.mjs')
  const { auditSuite } = await import('./lib/audit/suite.mjs')
  return {
    dependencies: auditDependencies,
    licences: auditLicences,
    sbom: auditSbom,
    secrets: auditSecrets,
    rules: auditRules,
    containers: auditContainers,
    suite: auditSuite,
  }
}

const names = Object.keys(parts)

const help = `
npm run audit [-- OPTIONS]

${names.map((name) => `  ${name.padEnd(14)}${parts[name]}`).join('\n')}

  --only a,b      these parts alone
  --skip a,b      all but these; what is skipped is said
  --osv URL       asked for advisories when the package registry knows none (or MICROMART_OSV_URL)
  --requests N    random requests of the suite (10000)
  --json FILE     the report as JSON, too; - for standard output, and no text

Ends with 1 when a part failed, 2 for options that make no sense. A part that could not look is "unknown", which is said and does
not fail: it is no proof either.
`

const { values } = commandLine(help, {
  only: { type: 'string' },
  skip: { type: 'string' },
  osv: { type: 'string', default: process.env.MICROMART_OSV_URL },
  requests: { type: 'string' },
  json: { type: 'string' },
})

const named = (text) => text?.split(',').map((name) => name.trim())
const [only, skip] = [named(values.only), named(values.skip)]
const strangers = [...(only ?? []), ...(skip ?? [])].filter((name) => !names.includes(name))
if (strangers.length > 0) {
  console.error(`No such part: ${strangers.join(', ')}\n\n${help.trim()}`)
  process.exit(2)
}

const isWanted = (name) => (!only || only.includes(name)) && !skip?.includes(name)
const isQuiet = values.json === '-'

const run = async (name, work) => {
  if (!isWanted(name)) return { name, outcome: 'skipped', summary: 'left out', findings: [] }
  const began = Date.now()
  const settings = { osv: values.osv, requests: values.requests }
  try {
    const found = await work(settings)
    return { name, seconds: (Date.now() - began) / 1000, ...found }
  } catch (error) {
    return { name, outcome: 'failed', summary: error.message, findings: [] }
  }
}

const tell = ({ name, outcome, summary, findings, seconds, licences }) => {
  const took = seconds === undefined ? '' : ` (${seconds.toFixed(1)} s)`
  console.log(`${outcome.padEnd(8)} ${name.padEnd(14)}${summary}${took}`)
  for (const finding of findings) console.log(`           ${finding}`)
  for (const [licence, count] of Object.entries(licences ?? {})) {
    console.log(`           ${String(count).padStart(4)}  ${licence}`)
  }
}

await main(async () => {
  await ensureDependencies()
  const audits = await load()
  const results = []
  for (const name of names) {
    results.push(await run(name, audits[name]))
    if (!isQuiet) tell(results.at(-1))
  }
  const count = (outcome) => results.filter((result) => result.outcome === outcome).length
  const totals = Object.fromEntries(
    ['passed', 'failed', 'unknown', 'skipped'].map((outcome) => [outcome, count(outcome)]),
  )
  const report = { at: new Date().toISOString(), totals, results }
  const text = `${JSON.stringify(report, undefined, 2)}\n`
  if (isQuiet) process.stdout.write(text)
  else if (values.json) writeFileSync(values.json, text)
  const sum = Object.entries(totals).map(([outcome, number]) => `${number} ${outcome}`)
  if (!isQuiet) console.log(sum.join(', '))
  process.exit(totals.failed > 0 ? 1 : 0)
})
