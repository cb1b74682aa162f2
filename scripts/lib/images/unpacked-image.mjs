import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { Fault } from '../terminal/fault.mjs'
import { inputsLabel, labelOf } from './engine.mjs'

const inputsOf = ({ finish, ...recipe }) =>
  createHash('sha256').update(JSON.stringify(recipe)).update(`${finish}`).digest('hex').slice(0, 16)

/**
 * Makes a folder an image, all of it root's.
 * @param inputs kept as its label
 */
export const importFolder = async (folder, { engine, reference, changes, inputs, log }) => {
  const archive = `${folder}.tar`
  try {
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name']
    await runCommand('tar', ['-C', folder, ...owner, '-cf', archive, '.'], { log })
    const all = [...changes, `LABEL ${inputsLabel}=${inputs}`].flatMap((each) => ['--change', each])
    await engine.run(['import', ...all, archive, reference], { log })
  } finally {
    rmSync(archive, { force: true })
  }
}

/**
 * An image of packages of Debian that are unpacked and not installed, unless it is there already.
 * @param recipe `{ name, suite, packages, only, changes, finish(folder) }`: `changes` are instructions such as `USER 65532`,
 *   `finish` does what the packages' scripts would have done
 */
export const ensureUnpackedImage = async (recipe, { engine, reference, say, logDir }) => {
  const { name, suite, packages, only, changes, finish } = recipe
  const inputs = inputsOf(recipe)
  if ((await labelOf(engine, reference, inputsLabel)) === inputs) return
  if (!canUnpackDebian()) {
    throw new Fault(
      `The image of ${name} is made of Debian packages, and there is no apt-get here`,
      {
        advice: 'Run this on a Debian-like machine.',
      },
    )
  }
  const log = path.join(logDir, `image-${name}.log`)
  const folder = path.join(cacheDir(), 'images', `${name}.root.${process.pid}`)
  mkdirSync(path.dirname(folder), { recursive: true })
  try {
    await say.step(
      `${name}: made of Debian ${suite}`,
      { usually: '10 to 40 s, once' },
      async () => {
        await unpackDebian({ suite, packages, only, folder, log })
        await finish(folder)
        await importFolder(folder, { engine, reference, changes, inputs, log })
      },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
