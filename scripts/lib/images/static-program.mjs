import { copyFileSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { outputOf } from '../machine/run-command.mjs'
import { Fault } from '../terminal/fault.mjs'

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

/**
 * An image with one statically linked program, such as those of Dapr, at /<name>: no shell, no libraries, the user 65532.
 * It has no entrypoint, as Dapr's own images: whoever runs it names the program.
 * @param name of the program in the image
 * @param file the program
 * @param reference what the image is called
 */
export const buildStaticProgram = async ({ name, file, engine, reference, say, logDir }) => {
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
