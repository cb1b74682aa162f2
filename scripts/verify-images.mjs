#!/usr/bin/env node
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { root, shopHome } from './lib/machine/paths.mjs'
import { cleanUp } from './lib/shop/run-file.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { createVerdicts } from './lib/terminal/verdicts.mjs'
import { stopOnSignals } from './lib/terminal/signals.mjs'
import { placesOf } from './lib/audit/image-sbom.mjs'
import { ensureLocalBase } from './lib/images/base.mjs'
import { buildImages } from './lib/images/build.mjs'
import { judgeDockerfile } from './lib/images/dockerfile-policy.mjs'
import { ensureEngine } from './lib/images/engine.mjs'
import { filesOf, inspectImage } from './lib/images/inspect.mjs'
import { imageNames, parts, referenceOf } from './lib/images/parts.mjs'
import { judge } from './lib/images/policy.mjs'

const { values } = commandLine(
  `
npm run verify:images [-- --no-build] [--no-run] [--engine docker|podman] [--network NETWORK]

Builds all images and checks the Dockerfiles, what each image holds and says of itself, and that a shop of nothing but containers sells
something and ends well. The last line is "N passed, N failed".

  --no-build   the images are there (npm run images -- build)
  --no-run     nothing is started
`,
  {
    engine: { type: 'string' },
    network: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    'no-run': { type: 'boolean', default: false },
  },
)

const say = createSay()
const home = path.join(shopHome, 'images')
const logDir = path.join(home, 'log')
const { tell, end } = createVerdicts(say)

const judgeDockerfiles = () => {
  const folder = path.join(root, 'deploy', 'docker')
  for (const name of readdirSync(folder).filter((each) => each.endsWith('Dockerfile'))) {
    tell(name, judgeDockerfile(readFileSync(path.join(folder, name), 'utf8')))
  }
}

const development = () =>
  Object.keys(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies)

/** What is also a dependency of production may be there. */
const developmentAlone = () => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
  return development().filter((name) => lock[`node_modules/${name}`]?.dev)
}

const judgeImages = async (engine, images) => {
  for (const [name, reference] of Object.entries(images)) {
    const part = parts().find((each) => each.name === name)?.folder
    const listed = part && placesOf(part)
    const facts = await inspectImage(engine, reference)
    const files = await filesOf(engine, reference, path.join(logDir, 'images-files.log'))
    tell(name, judge({ ...facts, files, part, development: developmentAlone(), listed }))
  }
}

const builtImages = async (engine) => {
  if (values['no-build'])
    return Object.fromEntries(imageNames().map((name) => [name, referenceOf(name)]))
  const from = await ensureLocalBase({ engine, say, logDir })
  return buildImages(imageNames(), { engine, from, say, logDir })
}

const table = (figures) =>
  Object.entries(figures)
    .map(
      ([app, { readyMs, memory, endMs }]) =>
        `  ${app.padEnd(10)} ready after ${(readyMs / 1000).toFixed(1)} s, ${memory} MiB, ended in ${(endMs / 1000).toFixed(1)} s`,
    )
    .join('\n')

const runAll = async (engine, images) => {
  const { beginRun } = await import('./lib/shop/prepare-shop.mjs')
  const { stopRun } = await import('./lib/shop/shop.mjs')
  const { removeTrial, tryImages } = await import('./lib/images/trial/trial.mjs')
  const run = beginRun(home)
  const stop = async () => {
    await removeTrial({ engine, home, logDir })
    await stopRun(run, home)
  }
  stopOnSignals({ run, say, stop })
  try {
    const { checks, figures } = await tryImages({ engine, images, home, run, say, logDir })
    tell('trial', checks)
    say.line(table(figures))
  } finally {
    await stop()
  }
}

await main(async () => {
  checkNode()
  await ensureDependencies(say, logDir)
  await cleanUp(home)
  judgeDockerfiles()
  const engine = await ensureEngine(values, say, logDir)
  const images = await builtImages(engine)
  await say.step('What the images hold', { usually: '10 to 20 s' }, () =>
    judgeImages(engine, images),
  )
  if (values['no-run']) say.line('skipped: the images are not run (--no-run)')
  else await runAll(engine, images)
  process.exit(end())
})
