import { createHash } from 'node:crypto'
import { copyFileSync, linkSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { outputOf } from '../machine/run-command.mjs'
import { Fault } from '../terminal/fault.mjs'
import { inputsLabel, labelOf } from './engine.mjs'

const dockerfile = path.join(root, 'deploy', 'docker', 'static.Dockerfile')

/** Linking is quick where the file system allows it; the programs have a hundred megabytes. */
const place = (file, target) => {
  try {
    linkSync(file, target)
  } catch {
    copyFileSync(file, target)
  }
}

const requireStatic = async (file) => {
  const text = await outputOf('ldd', [file])
  if (text === undefined || /statically linked|not a dynamic executable/.test(text)) return
  throw new Fault(`${file} needs libraries that an empty image lacks`, {
    advice: 'Build it with CGO_ENABLED=0.',
  })
}

/** A program is another one when its file is: reading hundreds of megabytes would take longer than building. */
const inputsOf = (file) => {
  const { size, mtimeMs } = statSync(file)
  return createHash('sha256').update(`${file} ${size} ${mtimeMs}`).digest('hex').slice(0, 16)
}

/**
 * An image with one statically linked program, such as those of Dapr, at /<name>: no shell, no libraries, the user 65532.
 * It has no entrypoint, as Dapr's own images: whoever runs it names the program. One of the same file is not built again.
 * @param name of the program in the image
 * @param file the program
 * @param reference what the image is called
 */
export const buildStaticProgram = async ({ name, file, engine, reference, say, logDir }) => {
  const inputs = inputsOf(file)
  if ((await labelOf(engine, reference, inputsLabel)) === inputs) return
  await requireStatic(file)
  // Beside nothing else: a builder sends all of its context.
  const context = mkdtempSync(path.join(tmpdir(), 'micromart-image-'))
  try {
    place(file, path.join(context, name))
    const args = [
      ...engine.flags.build,
      '-f',
      dockerfile,
      '--build-arg',
      `PROGRAM=${name}`,
      '--label',
      `${inputsLabel}=${inputs}`,
      '-t',
      reference,
      context,
    ]
    await say.step(`${name}: building`, { usually: '3 to 10 s' }, () =>
      engine.run(args, {
        env: { ...process.env, DOCKER_BUILDKIT: '1' },
        log: path.join(logDir, `image-${name}.log`),
      }),
    )
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}
