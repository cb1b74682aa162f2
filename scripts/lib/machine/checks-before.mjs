import { mkdirSync, statfsSync } from 'node:fs'
import { Fault } from '../terminal/fault.mjs'
import { cacheDir, shopHome } from './paths.mjs'
import { holderOf, isFree } from './ports.mjs'

const gigabyte = 1e9

/** Free bytes of the disk that holds a folder. */
export const freeSpace = (folder) => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** How much a start needs: building Dapr takes modules, build cache and result. */
export const spaceNeeded = (building) => (building ? 5 : 0.5) * gigabyte

export const checkDisk = (building) => {
  for (const folder of [shopHome, cacheDir()]) {
    mkdirSync(folder, { recursive: true })
    const free = freeSpace(folder)
    if (free >= spaceNeeded(building)) continue
    throw new Fault(
      `The disk is full: ${(free / gigabyte).toFixed(1)} GB are free at ${folder}, ${spaceNeeded(building) / gigabyte} GB are needed`,
      { advice: 'Free some space, or name a folder on another disk in MICROMART_CACHE.' },
    )
  }
}

/** Which of a shop's ports are taken: `[{ port, use, holder }]`. */
export const takenPorts = async (ports) => {
  const uses = Object.entries(ports).flatMap(([app, kinds]) =>
    Object.entries(kinds).map(([kind, port]) => ({ port, use: `${app} (${kind})` })),
  )
  const once = [...new Map(uses.map((each) => [each.port, each])).values()]
  const free = await Promise.all(once.map(({ port }) => isFree(port)))
  return once
    .filter((_, index) => !free[index])
    .map((each) => ({ ...each, holder: holderOf(each.port) }))
}

export const checkPorts = async (ports) => {
  const taken = await takenPorts(ports)
  if (taken.length === 0) return
  const list = taken
    .slice(0, 5)
    .map(({ port, use, holder }) => `${port} for ${use}${holder ? `, held by ${holder}` : ''}`)
  const more = taken.length > 5 ? `, and ${taken.length - 5} more` : ''
  throw new Fault(`Ports are taken: ${list.join('; ')}${more}`, {
    advice: 'Stop what holds them. If it is a shop of another checkout, "npm stop" there ends it.',
  })
}
