import { renderObjects } from '../../kubernetes/places.mjs'
import { demoAccounts, peopleOf } from '../../shop/demo-accounts.mjs'
import { keysOf } from '../../shop/secrets.mjs'
import { accountsFor, createDatabases } from '../../stores/databases.mjs'
import { seedAccounts } from '../../stores/migrations.mjs'
import { createRedisAccounts } from '../../stores/redis-accounts.mjs'
import { rootFile } from '../../certificates/certificates.mjs'
import { Fault } from '../../terminal/fault.mjs'
import { withForwarded } from '../forward.mjs'
import { certificatesIn, namespaces } from './place.mjs'
import {
  administratorObjects,
  administrators,
  certificateObjects,
  inSpaces,
  shopSecrets,
  storeUrls,
  storeUrlsInside,
} from './secrets.mjs'

const isMigration = ({ kind }) => kind === 'Job'
const inNamespace =
  (name) =>
  ({ metadata }) =>
    metadata.namespace === name

/** What a pod that does not come says of it: events first, then its log. */
const whyNot = async (cluster, namespace, label) => {
  const ask = (args) => cluster.ask(args).catch((error) => error.message)
  const where = ['--namespace', namespace]
  const columns = 'custom-columns=WHAT:.involvedObject.name,SAYS:.message'
  const warnings = ['--field-selector=type=Warning', '--sort-by=.lastTimestamp', '-o', columns]
  const events = await ask(['get', 'events', ...where, ...warnings])
  const log = await ask(['logs', ...where, '--selector', label, '--all-containers', '--tail=6'])
  return `${events.split('\n').slice(-5).join('\n')}\n${log}`.split('\n').join('\n    ')
}

const patienceMinutes = 10

/** Runs a command of kubectl that waits. @throws Fault with what the pods of a label say when it waits in vain */
const waited = async (cluster, args, { what, namespace, label }) => {
  const limit = ['--namespace', namespace, `--timeout=${patienceMinutes}m`]
  try {
    await cluster.ask([...args, ...limit], { timeoutMs: (patienceMinutes + 1) * 60_000 })
  } catch (cause) {
    const why = await whyNot(cluster, namespace, label)
    throw new Fault(`${what} in ${namespace} did not come: ${cause.message}\n    ${why}`, {
      advice: '"npm run cluster -- kubectl get pods -A" shows all pods.',
      cause,
    })
  }
}

/** Waits until all pods of a workload are those of its present form, and ready. */
export const rolledOut = (cluster, { kind, metadata: { name, namespace } }) =>
  waited(cluster, ['rollout', 'status', `${kind.toLowerCase()}/${name}`], {
    what: name,
    namespace,
    label: `app.kubernetes.io/name=${name}`,
  })

const runsPods = ({ kind }) => ['Deployment', 'StatefulSet'].includes(kind)

const allRolledOut = async (cluster, objects) => {
  for (const each of objects.filter(runsPods)) await rolledOut(cluster, each)
}

/** Images keep their name: what runs an older one of the same name is started anew. */
const restarted = async (cluster, objects, references) => {
  const changed = objects
    .filter(runsPods)
    .filter(({ spec }) =>
      spec.template.spec.containers.some(({ image }) => references.includes(image)),
    )
  for (const { kind, metadata } of changed) {
    const target = `${kind.toLowerCase()}/${metadata.name}`
    await cluster.ask(['rollout', 'restart', target, '--namespace', metadata.namespace])
  }
}

const startStores = async (cluster, objects, changed) => {
  const stores = objects.filter(inNamespace(namespaces.stores))
  await cluster.apply(stores)
  await restarted(cluster, stores, changed)
  await allRolledOut(cluster, stores)
}

const storePorts = {
  mariadb: { namespace: namespaces.stores, target: 'statefulset/mariadb', ports: { mysql: 3306 } },
  redis: { namespace: namespaces.stores, target: 'statefulset/redis', ports: { redis: 6379 } },
}

/** Runs something with the administrators' addresses of the stores in the cluster, as this machine reaches them. */
export const withStores = (cluster, home, work) =>
  withForwarded(cluster, storePorts, ({ mariadb, redis }) => {
    const hosts = { mariadb: `localhost:${mariadb.mysql}`, redis: `localhost:${redis.redis}` }
    return work(storeUrls(administrators(home), { ca: rootFile(certificatesIn(home)), hosts }))
  })

/**
 * Schemas and accounts in the stores, and the Secrets by which the pods find them.
 * @param spaces where the shop is, or its colours are
 */
export const furnish = (cluster, { home, say, spaces = [namespaces.shop] }) =>
  withStores(cluster, home, async ({ mysqlUrl, redisUrl }) => {
    const keys = keysOf(home)
    const accounts = accountsFor()
    await createDatabases(mysqlUrl, accounts, keys)
    const redis = await createRedisAccounts({ redisUrl, keys, say })
    const inside = storeUrlsInside(administrators(home))
    const secrets = await shopSecrets({
      keys,
      accounts,
      mysqlUrl: inside.mysqlUrl,
      redis: { ...redis, url: inside.redisUrl },
    })
    await cluster.apply(inSpaces(secrets, spaces))
  })

const migrationLabel = 'app.kubernetes.io/component=migration'

const inData = ['--namespace', namespaces.data]

/** A Job cannot be changed: those of an earlier release go first. */
const migrate = async (cluster, objects, release) => {
  const jobs = objects.filter(isMigration).map((job) => ({
    ...job,
    metadata: {
      ...job.metadata,
      annotations: { 'micromart.example/release': release },
    },
  }))
  const found = await cluster.get(['jobs', ...inData, '--selector', migrationLabel])
  const isDone = found.items.every(
    ({ metadata, status }) =>
      metadata.annotations?.['micromart.example/release'] === release && status.succeeded === 1,
  )
  if (found.items.length === jobs.length && isDone) return
  await cluster.ask(['delete', 'jobs', ...inData, '--selector', migrationLabel, '--wait'])
  await cluster.apply(jobs)
  const done = ['wait', 'job', '--selector', migrationLabel, '--for=condition=Complete']
  await waited(cluster, done, {
    what: 'the migrations',
    namespace: namespaces.data,
    label: migrationLabel,
  })
}

export const seedPeople = (cluster, { home, logDir }) =>
  withStores(cluster, home, ({ mysqlUrl }) =>
    seedAccounts(peopleOf(demoAccounts(home)), {
      mysqlUrl,
      accounts: accountsFor(),
      keys: keysOf(home),
      logDir,
    }),
  )

/**
 * Applies overlays/local to a cluster that has Dapr and an edge, with everything that it must be given.
 * @param cluster of `kubectl.mjs`
 * @param home where keys and certificates of this place are kept
 * @param images `(reference) => reference` where they are elsewhere; changed ones are restarted
 * @param changed references that were loaded anew
 * @param release what the images were made of: another one migrates
 */
export const deployShop = async ({
  cluster,
  kustomize,
  home,
  images,
  changed,
  release,
  say,
  logDir,
}) => {
  const rendered = await renderObjects(kustomize, 'local')
  const objects = images ? withImages(rendered, images) : rendered
  const spaces = objects.filter(({ kind }) => kind === 'Namespace')
  await say.step('Namespaces, certificates and stores', { usually: '10 to 60 s' }, async () => {
    await cluster.apply(spaces)
    await cluster.apply([
      ...(await certificateObjects(home)),
      ...administratorObjects(administrators(home)),
    ])
    await startStores(cluster, objects, changed)
  })
  await say.step('Databases, accounts and secrets', { usually: '3 to 10 s' }, () =>
    furnish(cluster, { home, say }),
  )
  await say.step('Migrations', { usually: '5 to 30 s' }, async () => {
    await cluster.apply(
      objects.filter(inNamespace(namespaces.data)).filter((each) => !isMigration(each)),
    )
    await migrate(cluster, objects, release)
    await seedPeople(cluster, { home, logDir })
  })
  await say.step('The shop, its edge and Zipkin', { usually: '30 to 120 s' }, async () => {
    await cluster.apply(objects.filter((each) => !isMigration(each)))
    const pods = objects.filter((each) => !inNamespace(namespaces.stores)(each))
    await restarted(cluster, pods, changed)
    await allRolledOut(cluster, pods)
  })
}

const withImages = (objects, images) =>
  JSON.parse(JSON.stringify(objects), (key, value) =>
    key === 'image' && typeof value === 'string' ? images(value) : value,
  )
