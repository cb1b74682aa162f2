import { createHash } from 'node:crypto'
import path from 'node:path'
import { ensureLocalBase } from '../images/base.mjs'
import { buildImages } from '../images/build.mjs'
import { ensureEngine } from '../images/engine.mjs'
import { parts } from '../images/parts.mjs'
import { rootFile } from '../certificates/certificates.mjs'
import { checkPorts } from '../machine/checks-before.mjs'
import { isAlive } from '../machine/processes.mjs'
import { demoAccounts } from '../shop/demo-accounts.mjs'
import { readRun, starterIsAlive } from '../shop/run-file.mjs'
import { Fault } from '../terminal/fault.mjs'
import { applyAddons } from './addons.mjs'
import { installDaprChart } from './dapr.mjs'
import { idOf, loadImages, pauseArchive } from './images.mjs'
import { kubectl } from './kubectl.mjs'
import { at, clusterHome, doors, kubeconfig, logDir, ownContext } from './layout.mjs'
import { ensurePause, ensurePlatformImages, imageOf, target } from './platform-images.mjs'
import { addonPrograms, clientPrograms, ensurePrograms, nodePrograms } from './programs.mjs'
import { ensurePackages, requireHost } from './requirements.mjs'
import { continueRun, openDoor, startCluster } from './start.mjs'
import { stopCluster } from './stop.mjs'
import { requireRunning } from './status.mjs'
import { certificatesIn, namespaces, publicUrl } from './shop/place.mjs'
import { deployShop } from './shop/deploy.mjs'
import { seedShelves } from './shop/seed.mjs'

/** Where the shop of the own cluster keeps its keys. */
export const shopFolder = at('shop')

/** The run of a cluster that is whole: every process that it began is there. */
const wholeRun = () => {
  const run = readRun(clusterHome)
  const processes = Object.values(run?.processes ?? {})
  return run?.node && processes.every((each) => each && isAlive(each)) ? run : undefined
}

const refuseSecond = () => {
  const run = readRun(clusterHome)
  if (!run || run.ready || !starterIsAlive(run)) return
  throw new Fault(`The cluster is being started by process ${run.starter.pid}`, {
    advice: 'Wait for it, or end it by Ctrl-C there.',
  })
}

/** What runs already goes on; what is broken or half done is cleared away first. */
const ensureCluster = async (context) => {
  if (wholeRun()) return continueRun()
  await stopCluster((what) => context.say.line(`  clearing away: ${what}`))
  const { edge, zipkin } = doors
  await checkPorts({ edge: { https: edge }, zipkin: { http: zipkin } })
  return startCluster(context)
}

const buildShop = async ({ engine, say }) => {
  const from = await ensureLocalBase({ engine, say, logDir })
  const names = parts().map(({ name }) => name)
  return Object.values(await buildImages(names, { engine, target, from, say, logDir }))
}

/** Builds and loads all images. @returns `{ changed, release }` */
const provideImages = async ({ engine, files, run, say }) => {
  const platform = await ensurePlatformImages({ files, engine, say, logDir })
  const shop = await buildShop({ engine, say })
  const holder = run.processes.namespaces
  const changed = await loadImages({ engine, references: [...platform, ...shop], holder, say })
  const ids = await Promise.all(shop.map((each) => idOf(engine, each)))
  return { changed, release: createHash('sha256').update(ids.join()).digest('hex').slice(0, 16) }
}

const helmFlags = ['--kubeconfig', kubeconfig, '--kube-context', ownContext]

const installPlatform = async (say) => {
  await say.step('Names, volumes and custom resources', { usually: '3 to 10 s' }, applyAddons)
  await say.step('Dapr, by its chart', { usually: '15 to 60 s' }, () =>
    installDaprChart({
      helmFlags,
      image: target,
      folder: path.join(shopFolder, 'certs', 'sentry'),
      home: clusterHome,
    }),
  )
}

const addressOf = async (namespace, name) => {
  const { spec } = await kubectl.get(['service', name, '--namespace', namespace])
  return spec.clusterIP
}

const openDoors = async (run) => {
  const context = { run, holder: run.processes.namespaces }
  const edge = await addressOf(namespaces.edge, 'edge')
  const zipkin = await addressOf(namespaces.traces, 'zipkin')
  openDoor('edge', { port: doors.edge, target: `${edge}:443` }, context)
  openDoor('zipkin', { port: doors.zipkin, target: `${zipkin}:9411` }, context)
}

const prepare = async (say) => {
  requireHost()
  refuseSecond()
  await ensurePackages(say, logDir)
  const files = await ensurePrograms(
    [...clientPrograms, ...nodePrograms, ...addonPrograms],
    say,
    logDir,
  )
  const engine = await ensureEngine({}, say, logDir)
  await ensurePause(files.pause, { engine, logDir })
  return { files, engine, pause: await pauseArchive(engine, imageOf('pause')) }
}

const place = (context, { changed, release }) => ({
  cluster: kubectl,
  kustomize: context.files.kubectl,
  home: shopFolder,
  changed,
  release,
  say: context.say,
  logDir,
})

/** What a caller may want to know of the shop. */
const facts = () => ({
  url: publicUrl,
  zipkin: `http://127.0.0.1:${doors.zipkin}`,
  kubeconfig,
  accounts: demoAccounts(shopFolder),
  ca: rootFile(certificatesIn(shopFolder)),
})

/**
 * Brings the own cluster to where it should be, from wherever it is: nothing, half started, running with older images.
 * @returns `{ url, zipkin, kubeconfig, accounts, ca }`
 */
export const up = async (say) => {
  const context = { ...(await prepare(say)), say }
  const isNew = !wholeRun()
  const run = await ensureCluster(context)
  const { changed, release } = await provideImages({ ...context, run })
  const images = { changed: isNew ? [] : changed, release } // in a new cluster nothing runs older ones
  await installPlatform(say)
  await deployShop(place(context, images))
  if (!run.processes['door-edge']) await openDoors(run)
  await say.step('Catalogue', { usually: '5 to 15 s' }, () => seedShelves(shopFolder, { logDir }))
  run.note({ ready: new Date().toISOString() })
  return facts()
}

/** Builds what has changed and loads it; what runs goes on with what it has. */
export const provideFreshImages = async (say) => {
  requireRunning()
  const context = { ...(await prepare(say)), say }
  const run = continueRun()
  await provideImages({ ...context, run })
  run.note({ ready: new Date().toISOString() })
}

/** Builds and loads what has changed, and restarts what runs it. @returns the references of the changed images */
export const reload = async (say) => {
  requireRunning()
  const context = { ...(await prepare(say)), say }
  const run = continueRun()
  const images = await provideImages({ ...context, run })
  if (images.changed.length > 0) await deployShop(place(context, images))
  run.note({ ready: new Date().toISOString() })
  return images.changed
}
