import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { rootFile } from '../../certificates/certificates.mjs'
import { ensureEngine } from '../../images/engine.mjs'
import { node24 } from '../../machine/node24.mjs'
import { root, varDir } from '../../machine/paths.mjs'
import { findProgram } from '../../machine/programs.mjs'
import { demoAccounts } from '../../shop/demo-accounts.mjs'
import { writePrivate } from '../../shop/secrets.mjs'
import { withForwarded } from '../forward.mjs'
import { kubectl } from '../kubectl.mjs'
import { at, doors, logDir } from '../layout.mjs'
import { personOf } from '../people.mjs'
import { secretsHere } from '../proofs/shop-file.mjs'
import { withStores } from '../shop/deploy.mjs'
import { certificatesIn, namespaces } from '../shop/place.mjs'
import { requireRunning } from '../status.mjs'
import { closeProduction, openProduction } from './prepare.mjs'
import { makeReleases } from './releases.mjs'

const folder = at('rehearsal')

const urls = {
  shop: `https://shop.micromart.example:${doors.edge}`,
  preview: `https://preview.micromart.example:${doors.edge}`,
}

const providerTarget = {
  provider: {
    namespace: namespaces.provider,
    target: 'deployment/provider',
    ports: { http: 7200 },
  },
}

/** Runs a program for which production's names lead to this machine; nobody else's names change. */
const withNames = (file, args, env) => {
  const hosts = path.join(folder, 'hosts')
  const names = Object.values(urls).map((each) => new URL(each).hostname)
  writeFileSync(hosts, `127.0.0.1 localhost ${names.join(' ')}\n`)
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"'
  const words = ['--mount', '--', '/bin/sh', '-c', script, hosts, file, ...args]
  const child = spawn(findProgram('unshare'), words, { stdio: 'inherit', env })
  return new Promise((resolve) => child.on('close', resolve))
}

const play = (home, { releases, keep, say }) =>
  withForwarded(kubectl, providerTarget, (ports) =>
    withStores(kubectl, home, async ({ mysqlUrl, redisUrl }) => {
      const facts = path.join(folder, 'facts.json')
      const secrets = path.join(folder, 'secrets.json')
      writePrivate(secrets, await secretsHere(home, { mysqlUrl, redisUrl, say }))
      const ca = rootFile(certificatesIn(home))
      writePrivate(facts, {
        urls,
        ca,
        ports,
        secrets,
        accounts: demoAccounts(home),
        mysqlUrl,
        redisUrl,
        releases,
        keep,
        folder,
        report: path.join(varDir, 'rehearsal'),
      })
      const file = path.join(root, 'tests', 'bluegreen', 'run.mjs')
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca, MICROMART_REHEARSAL: facts }
      return withNames(node24(), [file], env)
    }),
  )

/**
 * Rehearses a release of production in the own cluster, under load: docs/blue-green.md.
 * @param home where the shop's keys are
 * @param provide builds and loads what has changed in the checkout: the first release is what it is
 * @returns whether all went well
 */
export const rehearse = async ({ home, provide, keep, kustomize, say }) => {
  const run = requireRunning()
  await provide(say)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  symlinkSync(kubectl.file, path.join(folder, 'kubectl'))
  const engine = await ensureEngine({}, say, logDir)
  const holder = run.processes.namespaces
  const releases = await say.step('Three releases', { usually: '20 to 60 s' }, () =>
    makeReleases({ engine, holder, say }),
  )
  const deployer = await personOf(folder, ['deployers', 'migrators'])
  try {
    await openProduction({ kustomize, home, deployer, digests: releases.first, say, logDir })
    return (await play(home, { releases, keep, say })) === 0
  } finally {
    await say.step('Production ends', { usually: '20 to 60 s' }, closeProduction)
  }
}
