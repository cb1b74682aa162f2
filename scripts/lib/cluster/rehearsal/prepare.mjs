import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { renderObjects } from '../../kubernetes/places.mjs'
import { keysOf } from '../../shop/secrets.mjs'
import { accountsFor } from '../../stores/databases.mjs'
import { migrateOne } from '../../stores/migrations.mjs'
import { kubectl } from '../kubectl.mjs'
import { at } from '../layout.mjs'
import { furnish, rolledOut, seedPeople, withStores } from '../shop/deploy.mjs'
import { namespaces } from '../shop/place.mjs'
import { certificateObjects, inSpaces } from '../shop/secrets.mjs'
import { emptied } from './pods.mjs'

export const spaces = { blue: 'micromart-blue', green: 'micromart-green' }

const colours = Object.keys(spaces)

const scale = (kind, namespace, replicas) =>
  kubectl.ask(['scale', kind, '--all', `--replicas=${replicas}`, '--namespace', namespace])

/** The shop of overlay local would hear the events of production: both have one Redis here. */
const closeLocal = async () => {
  const { shop, provider } = namespaces
  await kubectl.ask(['delete', 'subscriptions.dapr.io', '--all', '--namespace', shop])
  for (const namespace of [shop, provider]) await scale('deployment', namespace, 0)
  for (const namespace of [shop, provider]) await emptied(namespace)
}

const volumes = ['mariadb', 'redis']

const emptyStores = async () => {
  await scale('statefulset', namespaces.stores, 0)
  await emptied(namespaces.stores)
  for (const name of volumes) {
    const folder = at('volumes', name)
    for (const each of readdirSync(folder)) {
      rmSync(path.join(folder, each), { recursive: true, force: true })
    }
  }
  await scale('statefulset', namespaces.stores, 1)
  for (const name of volumes) {
    await rolledOut(kubectl, {
      kind: 'StatefulSet',
      metadata: { name, namespace: namespaces.stores },
    })
  }
}

/** What whoever administers a cluster has applied before the first deployment. */
const applyPlaces = async ({ kustomize, home, say }) => {
  for (const colour of colours) {
    const objects = await renderObjects(kustomize, `rehearsal-${colour}/namespace`)
    await kubectl.apply(objects.filter(({ kind }) => kind === 'Namespace'))
    await kubectl.apply(objects)
  }
  const all = Object.values(spaces)
  await kubectl.apply(inSpaces(await certificateObjects(home), all))
  await furnish(kubectl, { home, say, spaces: all })
  const edge = await renderObjects(kustomize, 'rehearsal-edge')
  await kubectl.apply(edge)
  for (const each of edge.filter(({ kind }) => kind === 'Deployment'))
    await rolledOut(kubectl, each)
}

/** The simulated provider is nobody's release: no deployment makes its table. */
const startProvider = async ({ home, logDir }) => {
  await withStores(kubectl, home, ({ mysqlUrl }) =>
    migrateOne('provider', { mysqlUrl, accounts: accountsFor(), keys: keysOf(home), logDir }),
  )
  await scale('deployment', namespaces.provider, 1)
  const metadata = { name: 'provider', namespace: namespaces.provider }
  await rolledOut(kubectl, { kind: 'Deployment', metadata })
}

const wentWell = ({ code, said }) => {
  if (code !== 0) throw new Error(`mm-deploy: ${said}`)
}

/**
 * Puts production, as far as this cluster can have it, where overlay local was: two colours over empty stores, and the first
 * release live in one of them, deployed as any other.
 * @param deployer of `personOf`
 * @param digests file of the first release
 */
export const openProduction = async ({ kustomize, home, deployer, digests, say, logDir }) => {
  await say.step('Overlay local ends, and its data', { usually: '20 to 60 s' }, async () => {
    await closeLocal()
    await emptyStores()
  })
  await say.step('Two namespaces, secrets, the edge', { usually: '20 to 60 s' }, async () => {
    await applyPlaces({ kustomize, home, say })
    await startProvider({ home, logDir })
  })
  await say.step('The first release', { usually: '60 to 240 s' }, async () => {
    wentWell(await deployer('deploy', '--place', 'rehearsal', '--digests', digests))
    await seedPeople(kubectl, { home, logDir })
    wentWell(await deployer('promote', '--place', 'rehearsal', '--watch', '0'))
  })
}

/** Takes production away again; `npm run cluster -- up` puts overlay local in its place. */
export const closeProduction = async () => {
  const gone = ['delete', 'namespace', ...Object.values(spaces), '--ignore-not-found', '--wait']
  await kubectl.ask(gone, { timeoutMs: 300_000 })
  const preview = ['delete', 'httproute', 'preview', '--namespace', namespaces.edge]
  await kubectl.ask([...preview, '--ignore-not-found'])
}
