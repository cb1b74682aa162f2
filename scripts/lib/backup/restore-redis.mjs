import { existsSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../terminal/fault.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { findAofTool } from './programs.mjs'

/**
 * Cuts the file of a Redis that is stopped at an instant, to the second: carts and streams are as they were then. What happened
 * in that second is cut, too, so that Redis is never ahead of the databases.
 */
export const cutRedis = async ({ folder, until, log }) => {
  const manifest = path.join(folder, 'appendonlydir', 'appendonly.aof.manifest')
  const tool = findAofTool()
  if (!existsSync(manifest) || !tool) {
    throw new Fault(tool ? `${folder} has no file of Redis 7` : 'redis-check-aof is missing', {
      advice:
        'Restore the databases alone (--no-redis): carts stay as they are, events are sent again.',
    })
  }
  const second = Math.floor(until.getTime() / 1000) - 1
  await runCommand(tool, ['--truncate-to-timestamp', String(second), manifest], {
    log,
    what: "Cutting Redis' file",
  })
}
