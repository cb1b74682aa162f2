/** Pages and Dapr resources that are generated: writes them with `--write`, compares them otherwise. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { accessOf } from '@micromart/contracts'
import { table } from '../../gateway/src/routes/index.ts'
import { root } from '../lib/machine/paths.mjs'
import { generatedDashboards } from '../lib/observability/dashboards.mjs'
import { generatedLogs } from '../lib/observability/logs.mjs'
import { kubernetesResources } from '../resources/kubernetes/kubernetes.mjs'
import { generatedRules } from '../lib/observability/rules.mjs'
import { generatedFolders, localResources } from '../resources/local.mjs'
import { callsPage, rightsFaults } from './calls.mjs'
import { checklistPage } from './checklist.mjs'
import { environmentPage } from './environment.mjs'
import { permissionsPage } from './permissions.mjs'
import { rpcPaths } from './rpcs.mjs'
import { personalDataPage } from './personal-data.mjs'
import { telemetryPage } from './telemetry.mjs'

const isWriting = process.argv.includes('--write')

const fail = (text) => {
  console.error(text)
  process.exitCode = 1
}

const marks = rpcPaths.map((path) => [path, accessOf(path)])

const files = {
  'docs/calls.md': callsPage(),
  'docs/environment.md': await environmentPage(),
  'docs/permissions.md': permissionsPage({ table, marks }),
  'docs/security/checklist.md': checklistPage(),
  'docs/security/personal-data.md': personalDataPage(),
  'docs/telemetry.md': telemetryPage(),
  ...generatedDashboards(),
  ...generatedLogs(),
  ...generatedRules(),
  ...localResources(),
  ...kubernetesResources(),
}
const options = await resolveConfig(join(root, 'package.json'))

for (const [name, text] of Object.entries(files)) {
  const path = join(root, name)
  // One object a line is no form that prettier knows.
  const isLines = name.endsWith('.ndjson')
  const file = isLines ? text : await format(text, { ...options, filepath: path })
  if (isWriting) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, file)
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== file) {
    fail(`${name} is not up to date: npm run generate`)
  }
}

const abandoned = globSync(
  generatedFolders.map((folder) => `${folder}/*`),
  { cwd: root },
).filter((name) => !(name in files))

for (const name of abandoned) {
  if (isWriting) rmSync(join(root, name))
  else fail(`${name} is not generated any more: npm run generate`)
}

for (const fault of rightsFaults()) fail(fault)

// Imported parts may have started timers; the files are done.
process.exit()
