import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inputsLabel, labelOf } from './engine.mjs'
import { inputsOf } from './inputs.mjs'
import { installDapr } from '../dapr/install.mjs'
import { daprd } from '../dapr/programs.mjs'
import { root } from '../machine/paths.mjs'
import { outputOf } from '../machine/run-command.mjs'
import { parts, referenceOf, sidecar } from './parts.mjs'
import { buildStaticProgram } from './static-program.mjs'

export const dockerfile = 'deploy/docker/Dockerfile'

const revision = async () => (await outputOf('git', ['-C', root, 'rev-parse', 'HEAD'])) ?? 'unknown'

const version = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version

/** As flags of a build. */
export const buildArgs = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])

/** What the builder does at the moment, such as `[2/4] STEP 6/6: RUN npm ci`. */
const lastStep = (text) => {
  const steps = text.split('\n').filter((line) => /STEP \d|^#\d+ \[/.test(line))
  return steps
    .at(-1)
    ?.replace(/--mount=\S+\s+/, '')
    .slice(0, 72)
}

/** The Dockerfile's arguments for one part. */
export const buildValues = async ({ folder }, from) => ({
  PART: folder,
  BASE: from.base,
  BUILDER: from.builder,
  VERSION: version(),
  REVISION: await revision(),
})

const runBuild = async (part, { engine, from, reference, inputs, say, logDir }) => {
  const { name } = part
  const values = await buildValues(part, from)
  const label = ['--label', `${inputsLabel}=${inputs}`]
  const args = [...engine.flags.build, '-f', dockerfile, ...buildArgs(values), ...label]
  await say.step(`${name}: building`, { usually: '20 to 60 s' }, (progress) =>
    engine.run([...args, '-t', reference, '.'], {
      cwd: root,
      // Docker's older builder knows no mounts.
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
      log: path.join(logDir, `image-${name}.log`),
      what: `Building the image of ${name}`,
      progress: (text) => progress(lastStep(text) ?? 'starting'),
    }),
  )
}

/** Builds one part by the Dockerfile that all share, unless its image was made of the very same files. */
const buildPart = async (part, { fresh, ...context }) => {
  const { engine, from = {}, reference, say } = context
  const inputs = inputsOf(part.folder, { ...from, version: version() })
  if (!fresh && (await labelOf(engine, reference, inputsLabel)) === inputs) {
    return say.line(`> ${part.name}: unchanged`)
  }
  return runBuild(part, { ...context, from, inputs })
}

const buildSidecar = async ({ engine, reference, say, logDir }) => {
  const file = await installDapr(daprd, say, logDir)
  await buildStaticProgram({ name: sidecar, file, engine, reference, say, logDir })
}

/**
 * Builds images, one after the other: each build uses all cores.
 * @param names of parts, or `daprd`
 * @param target `{ registry, tag }`
 * @param from `{ base, builder }`; the official ones without it
 * @param fresh also those whose files are the same as before
 * @returns their references by name
 */
export const buildImages = async (names, { target, ...context }) => {
  const built = {}
  for (const name of names) {
    const reference = referenceOf(name, target)
    const part = parts().find((each) => each.name === name)
    if (part) await buildPart(part, { ...context, reference })
    else await buildSidecar({ ...context, reference })
    built[name] = reference
  }
  return built
}
