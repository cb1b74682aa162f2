#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { createVerdicts } from './lib/terminal/verdicts.mjs'

commandLine(`
npm run verify:workflows

Checks .github/workflows: by actionlint and zizmor, and against our own rules (npm scripts alone, actions by commit, least rights,
no secrets for pull requests, digests all the way). Each linter must also refuse a broken workflow; the rules' broken examples are unit tests.
What cannot run here is skipped and said. The last line is "N passed, N failed".

GH_TOKEN lets zizmor ask the host whether each commit is of the release that its comment names; without it that is not looked at.
`)

const say = createSay()
const { tell, end } = createVerdicts(say)

const tellAll = (checks) => {
  for (const each of checks) tell(each.name, [each])
}

await main(async () => {
  checkNode()
  const logDir = path.join(shopHome, 'log')
  await ensureDependencies(say, logDir)
  const { readScripts, readWorkflows } = await import('./lib/workflows/read.mjs')
  const { judgeWorkflows } = await import('./lib/workflows/policy.mjs')
  const { lint, linters, workflowFiles } = await import('./lib/workflows/linters.mjs')
  const { partNames } = await import('./lib/images/digests.mjs')
  const workflows = readWorkflows()
  tellAll(judgeWorkflows(workflows, { scripts: readScripts(), parts: partNames() }))
  for (const linter of linters) {
    const { checks = [], missing } = await lint(linter, workflowFiles(workflows), { say, logDir })
    if (missing) say.line(`skipped: ${linter.name}: ${missing}`)
    tellAll(checks)
  }
  if (!process.env.GH_TOKEN)
    say.line('skipped: commits are not compared with their releases (no GH_TOKEN)')
  say.line(`\n${workflows.length} workflows`)
  process.exit(end())
})
