import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findProgram } from './programs.mjs'
import { runCommand } from './run-command.mjs'
import { runMark } from './processes.mjs'

/** Whether packages may be installed here: as root on a Debian-like machine. */
export const canInstall = () => process.getuid?.() === 0 && Boolean(findProgram('apt-get'))

const policyFile = '/usr/sbin/policy-rc.d'

// Debian asks this program before a package starts its service; 101 is "no".
const withoutServices = async (work) => {
  const ours = !existsSync(policyFile)
  if (ours) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await work()
  } finally {
    if (ours) rmSync(policyFile, { force: true })
  }
}

/**
 * Installs packages of the distribution; their own system services are not started.
 * @param otherwise what to do when that fails, after installing by hand
 */
export const installPackages = async (packages, say, logDir, otherwise = '') => {
  // Without the run's mark: a package manager is never ended halfway by a clean-up.
  const { [runMark]: _, ...inherited } = process.env
  const options = {
    env: { ...inherited, DEBIAN_FRONTEND: 'noninteractive' },
    log: path.join(logDir, 'apt-get.log'),
    advice: `Install ${packages.join(' and ')} by hand${otherwise}.`,
    detached: true,
  }
  await say.step(
    `Installing ${packages.join(', ')} by apt-get`,
    { usually: '30 to 60 s, once' },
    () =>
      withoutServices(async () => {
        await runCommand('apt-get', ['update'], options)
        await runCommand(
          'apt-get',
          ['install', '-y', '--no-install-recommends', ...packages],
          options,
        )
      }),
  )
}
