import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../../scripts/lib/machine/ports.mjs'
import { startOwnMysql } from '../../../scripts/lib/stores/own-mysql.mjs'
import { startOwnRedis } from '../../../scripts/lib/stores/own-redis.mjs'
import { createRedisAccounts } from '../../../scripts/lib/stores/redis-accounts.mjs'
import { allEnded, isAlive, sendSignal } from '../../../scripts/lib/machine/processes.mjs'

const diskMegabytes = 700

const canMount = () => process.platform === 'linux' && process.getuid?.() === 0

/** A disk of its own, so that it can be full: a tmpfs, which only root may mount. */
const mountDisk = (folder) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!canMount()) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', folder])
    return true
  } catch {
    return false
  }
}

const diskIn = (home) => path.join(home, 'disk')

/** A run that was killed leaves its disk mounted. */
export const unmountDisk = (home) => {
  if (!canMount()) return
  try {
    execFileSync('umount', ['-l', diskIn(home)], { stdio: 'ignore' })
  } catch {
    // there was none
  }
}

const freeBytes = (folder) => {
  const text = execFileSync('df', ['-B1', '--output=avail', folder], { encoding: 'utf8' })
  return Number(text.trim().split('\n')[1])
}

/**
 * MariaDB and Redis of a chaos run, durable as in production (innodb_flush_log_at_trx_commit=1; AOF, everysec), which it may
 * kill, stop, empty, and start again as the machine's own supervisor would.
 */
export const openChaosStores = async ({ home, logDir, logged, run, say }) => {
  const [mysqlPort, redisPort] = await freePorts(2)
  const disk = diskIn(home)
  const hasDisk = mountDisk(disk)
  const options = { durable: true, run, say }
  const mysql = () =>
    startOwnMysql({
      ...options,
      logged,
      folder: path.join(disk, 'mysql'),
      wish: mysqlPort,
      log: path.join(logDir, 'mysql.log'),
    })
  const redisFolder = path.join(home, 'redis')
  const redis = () =>
    startOwnRedis({
      ...options,
      folder: redisFolder,
      wish: redisPort,
      log: path.join(logDir, 'redis.log'),
    })
  const [mysqlUrl, redisUrl] = await Promise.all([mysql(), redis()])
  const filler = path.join(disk, 'filler')

  const end = async (name) => {
    const found = run.processes[name]
    sendSignal(found, 'SIGKILL')
    if (!(await allEnded([found], 10_000))) throw new Error(`${name} does not die`)
  }

  return {
    mysqlUrl,
    redisUrl,
    mysqlPort,
    redisPort,
    hasDisk,
    kill: end,
    isAlive: (name) => isAlive(run.processes[name]),
    /** Waits until it answers; a Redis knows no accounts after a start, as they are not in its AOF. */
    restart: async (name, keys) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const url = await (name === 'mysql' ? mysql() : redis())
          if (url !== (name === 'mysql' ? mysqlUrl : redisUrl)) throw new Error(`${name} moved`)
          break
        } catch (error) {
          if (attempt === 5) throw error
          await sleep(500)
        }
      }
      if (name === 'redis') await createRedisAccounts({ redisUrl, keys, say })
    },
    emptyRedis: () => {
      for (const part of ['appendonlydir', 'appendonly.aof', 'dump.rdb']) {
        rmSync(path.join(redisFolder, part), { recursive: true, force: true })
      }
    },
    fillDisk: () => {
      const chunk = Buffer.alloc(1 << 20)
      for (let left = freeBytes(disk); left > chunk.length; left -= chunk.length) {
        writeFileSync(filler, chunk, { flag: 'a' })
      }
      try {
        writeFileSync(filler, chunk, { flag: 'a' })
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error
      }
    },
    clearDisk: () => rmSync(filler, { force: true }),
    close: () => unmountDisk(home),
  }
}
