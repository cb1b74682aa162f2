import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspectImage } from '../inspect.mjs'
import { buySomething } from './purchase.mjs'
import { requireRunnable, trialContainers } from './containers.mjs'
import { prepareTrialShop } from './trial-shop.mjs'

const readyMs = 120_000
const endMs = 10_000

const answers = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.ok ?? false
}

const until = async (holds, limitMs) => {
  const began = Date.now()
  while (!(await holds())) {
    if (Date.now() - began > limitMs) return undefined
    await sleep(100)
  }
  return Date.now() - began
}

/** The provider has no sidecar to wait for. */
const pathsOf = (app) => (app === 'provider' ? ['livez'] : ['livez', 'readyz'])

const lastWords = async (name, containers) => {
  const texts = await Promise.all([name, `${name}-dapr`].map(containers.tail))
  return texts.join('\n').split('\n').join('\n    ')
}

const startOne = async (app, { shop, containers, figures }) => {
  const began = Date.now()
  await shop.startApp(app)
  await shop.startSidecar(app)
  const { http } = shop.ports[app.appID]
  const well = async () => {
    const all = await Promise.all(
      pathsOf(app.appID).map((name) => answers(`http://127.0.0.1:${http}/${name}`)),
    )
    return all.every(Boolean)
  }
  const ready = await until(well, readyMs)
  figures[app.appID] = { readyMs: Date.now() - began }
  const late = `${pathsOf(app.appID).join(' and ')} do not answer after ${readyMs / 1000} s:`
  return {
    check: `${app.appID}: lives and is ready beside its sidecar, on a read-only file system`,
    faults: ready === undefined ? [`${late}\n    ${await lastWords(app.appID, containers)}`] : [],
  }
}

const purchase = async ({ shop }) => {
  const gateway = `http://127.0.0.1:${shop.ports.gateway.public}`
  const ready = await until(() => answers(new URL('/readyz', gateway)), readyMs)
  const status =
    ready === undefined
      ? 'the gateway is not ready'
      : await buySomething(gateway, shop.people.admin).catch((error) => error.message)
  return { check: 'a purchase goes through all of them', faults: status === 'PAID' ? [] : [status] }
}

/** The command that an engine would run, and a port that nobody has: one must say well and the other must not. */
const healthOf = async (app, { containers, engine, images, figures }) => {
  const { healthcheck } = await inspectImage(engine, images[app.appID])
  const command = healthcheck.slice(1)
  const well = await containers.succeeds(app.appID, command)
  const fooled = await containers.succeeds(app.appID, command, { HTTP_PORT: '1' })
  figures[app.appID].memory = await containers.memory(app.appID)
  return {
    check: `${app.appID}: its health check knows well from ill`,
    faults: [
      ...(well ? [] : ['it calls a living app ill']),
      ...(fooled ? ['it calls a dead port well'] : []),
    ],
  }
}

const endFaults = ({ code, ms }) => {
  if (code === undefined) return [`it still runs ${ms / 1000} s after SIGTERM`]
  return code === 0 ? [] : [`it ended with ${code}`]
}

const endOne = async (app, { containers, figures }) => {
  const ended = await containers.end(app.appID, endMs)
  figures[app.appID].endMs = ended.ms
  return { check: `${app.appID}: ends with 0 within 10 s of SIGTERM`, faults: endFaults(ended) }
}

/** That the check above can fail: Node as process 1 that does not heed the signal. */
const deafOne = async ({ containers, images }) => {
  const program = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf')`
  await containers.start('deaf', images.order, { args: ['-e', program] })
  await until(async () => (await containers.tail('deaf')).includes('deaf'), 20_000)
  const faults = endFaults(await containers.end('deaf', 2000))
  return {
    check: 'a container that does not heed SIGTERM is caught',
    faults: faults.length > 0 ? [] : ['it passed'],
  }
}

const all = async (context) => {
  const { shop, say } = context
  const checks = []
  await say.step(
    `Containers: ${shop.apps.length} apps, each with its sidecar`,
    { usually: '20 to 60 s' },
    async (progress) => {
      for (const app of shop.apps) {
        progress(app.appID)
        checks.push(await startOne(app, context))
      }
    },
  )
  checks.push(await purchase(context))
  for (const app of shop.apps) checks.push(await healthOf(app, context))
  checks.push(await deafOne(context))
  // The gateway last started is the first to end: it still has answers to give.
  for (const app of shop.apps.toReversed()) checks.push(await endOne(app, context))
  return checks
}

const containersOf = ({ engine, home, logDir }) =>
  trialContainers(engine, {
    folder: path.join(home, 'shared'),
    log: path.join(logDir, 'trial.log'),
  })

/** Ends and removes all containers of a home's trial; engines keep them when the one that started them is gone. */
export const removeTrial = (context) => containersOf(context).removeAll()

/**
 * Runs every image beside the sidecar's, on stores of its own: one purchase through all of them, then SIGTERM.
 * @param images references by name, with `daprd`
 * @returns `{ checks: [{ check, faults }], figures: { order: { readyMs, memory, endMs } } }`; `memory` in MiB
 */
export const tryImages = async (context) => {
  const { engine, images, say } = context
  const containers = containersOf(context)
  await containers.removeAll()
  const figures = {}
  try {
    await requireRunnable(containers, images.order)
    const shop = await prepareTrialShop({ containers, ...context })
    const checks = await all({ shop, containers, engine, images, figures, say })
    return { checks, figures }
  } finally {
    await containers.keepLogs()
    await containers.removeAll()
  }
}
