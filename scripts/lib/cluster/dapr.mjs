import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { ensureAuthority, certificateFiles, rootFile } from '../certificates/certificates.mjs'
import { daprChart } from '../kubernetes/go-modules.mjs'
import { root } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'
import { helm } from './programs.mjs'

const values = path.join(root, 'deploy', 'kubernetes', 'platform', 'dapr-values.yaml')

const sets = (facts) =>
  Object.entries(facts).flatMap(([name, value]) => ['--set', `${name}=${value}`])

const files = (facts) =>
  Object.entries(facts).flatMap(([name, file]) => ['--set-file', `${name}=${file}`])

/**
 * Installs Dapr's control plane by its own chart, or brings it to these values.
 * @param helmFlags that name the cluster
 * @param image `{ registry, tag }` of Dapr's images; its own official ones without it
 * @param folder of the authority that gives sidecars their certificates
 */
export const installDaprChart = async ({ helmFlags, image, folder, home }) => {
  await ensureAuthority(folder)
  const { certificate, key } = certificateFiles(folder, 'issuer')
  const own = image && {
    'global.registry': image.registry,
    'global.tag': image.tag,
    'global.imagePullPolicy': 'IfNotPresent',
  }
  const args = [
    'upgrade',
    'dapr',
    await daprChart(),
    '--install',
    '--namespace=dapr-system',
    '--create-namespace',
    '--wait',
    '--timeout=10m',
    `--values=${values}`,
    ...sets({ 'global.ha.enabled': false, ...own }),
    ...files({
      'dapr_sentry.tls.root.certPEM': rootFile(folder),
      'dapr_sentry.tls.issuer.certPEM': certificate,
      'dapr_sentry.tls.issuer.keyPEM': key,
    }),
  ]
  const env = {
    ...process.env,
    HELM_CACHE_HOME: path.join(home, 'helm'),
    HELM_CONFIG_HOME: path.join(home, 'helm'),
    HELM_DATA_HOME: path.join(home, 'helm'),
  }
  try {
    await promisify(execFile)(helm.cached(), [...args, ...helmFlags], { env, maxBuffer: 1 << 26 })
  } catch (cause) {
    throw new Fault(`Dapr could not be installed: ${(cause.stderr || cause.message).trim()}`, {
      advice: '"npm run cluster -- status" says which of its pods do not run.',
      cause,
    })
  }
}
