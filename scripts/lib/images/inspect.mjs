import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Fault } from '../terminal/fault.mjs'

/** One line of `tar -tv --numeric-owner`: `-rw-r--r-- 0/0  1024 2026-01-01 00:00 app/x` */
const fileIn = (line) => {
  const [, mode, owner, group, name] =
    /^(\S{10})\S*\s+(\d+)\/(\d+)\s+\S+\s+\S+\s+\S+\s+(.*)$/.exec(line) ?? []
  if (!mode) return undefined
  const inside = name
    .split(' -> ')[0]
    .replace(/^\.?\//, '')
    .replace(/\/$/, '')
  return { mode, owner: Number(owner), group: Number(group), path: `/${inside}` }
}

const listArchive = async (archive) => {
  const list = spawn('tar', ['-tv', '--numeric-owner', '-f', archive], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(list, 'close')
  const files = []
  for await (const line of createInterface({ input: list.stdout })) files.push(fileIn(line))
  const [code] = await ended
  if (code !== 0) throw new Fault(`tar cannot read ${archive}`, { advice: 'Is the disk full?' })
  return files.filter(Boolean)
}

/**
 * All files of an image: `[{ path, mode, owner, group }]`, with `mode` as `ls` writes it. Nothing of the image runs.
 */
export const filesOf = async (engine, reference, log) => {
  const id = await engine.ask('create', '--network=none', '--no-healthcheck', reference, '/none')
  if (!id)
    throw new Fault(`No container can be made of ${reference}`, { advice: 'Build it first.' })
  // Through a file: podman cannot write into the kind of pipe that Node makes.
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-image-'))
  try {
    const archive = path.join(folder, 'files.tar')
    await engine.run(['export', '--output', archive, id], { log })
    return await listArchive(archive)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await engine.remove([id])
  }
}

/**
 * What an image says of itself.
 * @returns `{ reference, id, created, bytes, layers, user, entrypoint, command, healthcheck, environment, labels }`
 * @throws Fault when it is not there
 */
export const inspectImage = async (engine, reference) => {
  const text = await engine.ask('image', 'inspect', reference)
  if (text === undefined) {
    throw new Fault(`There is no image ${reference}`, {
      advice: 'Run "npm run images -- build" first.',
    })
  }
  const [{ Id, Created, Size, RootFS, Config, HealthCheck, Healthcheck }] = JSON.parse(text)
  return {
    reference,
    id: Id.replace('sha256:', '').slice(0, 12),
    created: Created,
    bytes: Size,
    layers: RootFS.Layers.length,
    user: Config.User ?? '',
    entrypoint: Config.Entrypoint ?? [],
    command: Config.Cmd ?? [],
    healthcheck: (Config.Healthcheck ?? Healthcheck ?? HealthCheck)?.Test ?? [],
    environment: Config.Env ?? [],
    labels: Config.Labels ?? {},
  }
}
