#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { findGo } from './lib/machine/go-programs.mjs'
import { findProgram } from './lib/machine/programs.mjs'
import { readRun } from './lib/shop/run-file.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { createVerdicts } from './lib/terminal/verdicts.mjs'
import { clusterHome, logDir } from './lib/cluster/layout.mjs'
import { controlPrograms, missingPrograms } from './lib/cluster/programs.mjs'
import { hindrances } from './lib/cluster/requirements.mjs'
import { findKustomize } from './lib/kubernetes/places.mjs'

const { values } = commandLine(
  `
npm run verify:cluster [-- --no-run]

Builds every overlay of deploy/kubernetes in every combination, checks it by the API's own description and by a policy, asks a real API
server about it (when its programs are there), then runs all of it: npm run cluster -- up, test, rehearse, down. The last line is
"N passed, N failed".

  --no-run   starts no pods; without the programs of Kubernetes in the cache no API server either
`,
  { 'no-run': { type: 'boolean', default: false } },
)

const say = createSay()
const { tell, end } = createVerdicts(say)

const skip = (what, why) => say.line(`skipped: ${what} (${why})`)

const whyNoApi = () => {
  if (readRun(clusterHome)) return 'a cluster of this checkout runs: npm run cluster -- down'
  const [hindrance] = hindrances()
  if (hindrance) return hindrance
  if (!findProgram('etcd')) return 'there is no etcd: npm run cluster -- up installs it'
  const missing = missingPrograms(controlPrograms).map(({ name }) => name)
  return missing.length > 0
    ? `${missing.join(', ')} not built yet: npm run cluster -- up does it`
    : undefined
}

const askApi = async (rendered) => {
  const { startApi } = await import('./lib/cluster/start.mjs')
  const { stopCluster } = await import('./lib/cluster/stop.mjs')
  const { dryRunAll } = await import('./lib/cluster/dry-run.mjs')
  const { proveSwitch } = await import('./lib/cluster/switch-proof.mjs')
  const files = Object.fromEntries(controlPrograms.map(({ name, cached }) => [name, cached()]))
  const stop = () => stopCluster()
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => void stop().then(() => process.exit(130)))
  }
  try {
    await startApi({ files, say })
    await say.step('Every overlay, asked of the API server', { usually: '10 to 30 s' }, () =>
      dryRunAll(tell, rendered),
    )
    await say.step('mm-deploy, over the API server', { usually: '30 to 60 s' }, () =>
      proveSwitch(tell, { file: files.kubectl, rendered }),
    )
  } finally {
    await stop()
  }
}

const runAll = async () => {
  const { provideFreshImages, shopFolder, up } = await import('./lib/cluster/up.mjs')
  const { down } = await import('./lib/cluster/down.mjs')
  const { runProofs } = await import('./lib/cluster/proofs/run.mjs')
  const { rehearse } = await import('./lib/cluster/rehearsal/rehearse.mjs')
  const { kubectl } = await import('./lib/cluster/programs.mjs')
  try {
    await up(say)
    tell('the cluster', await runProofs([], { shopHome: shopFolder, say }))
    const isWell = await rehearse({
      home: shopFolder,
      provide: provideFreshImages,
      kustomize: kubectl.cached(),
      say,
    })
    const faults = isWell ? [] : ['var/rehearsal/blue-green.md says what was wrong']
    tell('a release under load', [{ check: 'fails nobody and loses nothing', faults }])
  } finally {
    await down(say)
  }
}

const judge = async (kustomize) => {
  const { judgeManifests, renderAll } = await import('./lib/kubernetes/judge.mjs')
  const rendered = await say.step('Every overlay, built', { usually: '3 to 10 s' }, () =>
    renderAll(kustomize),
  )
  if (await findGo()) {
    await say.step('Schemas and policy', { usually: '5 to 15 s' }, () =>
      judgeManifests(tell, rendered),
    )
  } else skip('schemas and policy', 'there is no Go, by which the descriptions come')
  const why = whyNoApi()
  if (why) skip('the API server', why)
  else await askApi(rendered)
}

await main(async () => {
  checkNode()
  await ensureDependencies(say, logDir)
  const kustomize = await findKustomize(say, logDir)
  if (kustomize && existsSync(kustomize)) await judge(kustomize)
  else skip('all overlays', 'there is no kubectl, and none can be had')
  const [hindrance] = hindrances()
  if (values['no-run']) skip('the cluster is not run', '--no-run')
  else if (hindrance) skip('the cluster is not run', hindrance)
  else await runAll()
  process.exit(end())
})
