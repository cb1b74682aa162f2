import { setTimeout as pause } from 'node:timers/promises'
import { referencesOf } from '../images/digests.mjs'
import { Fault } from '../terminal/fault.mjs'
import {
  colourFolder,
  marks,
  migrationsFolder,
  moveRoute,
  namespaceOf,
  other,
  previewLeadsTo,
  readRoute,
  requireLive,
} from './colours.mjs'
import { withLock } from './lock.mjs'
import { faultsOfColour, rolledOut, scaleLike } from './pods.mjs'
import { hearNothing } from './subscriptions.mjs'

const placeholder = /registry\.invalid\/micromart\/([a-z]+):filled-at-release/g

/** A rendered overlay with a release's images in the places that wait for them. */
const withImages = (text, references) =>
  text.replaceAll(placeholder, (_, name) => {
    if (!references[name]) throw new Fault(`The release has no image of ${name}`)
    return references[name]
  })

const data = ['--namespace', 'micromart-data']
const migrations = ['--selector', 'app.kubernetes.io/component=migration']

const has = (type, { status }) =>
  status.conditions?.some((each) => each.type === type && each.status === 'True')

/** Waits until all Jobs are done. @throws Fault when one has failed: it ends by itself, its limit is its own */
const migrated = async (cluster) => {
  for (;;) {
    const { items } = await cluster.get(['jobs', ...data, ...migrations])
    const failed = items.filter((job) => has('Failed', job)).map(({ metadata }) => metadata.name)
    if (failed.length > 0) {
      throw new Fault(`${failed.join(', ')} failed: no pod was touched`, {
        advice: `kubectl logs --namespace micromart-data job/${failed[0]}`,
      })
    }
    if (items.every((job) => has('Complete', job))) return
    await pause(2000)
  }
}

/** A Job cannot be changed: those of an earlier release go first. What they add, the release that runs does not mind. */
const migrate = async (cluster, references) => {
  const jobs = withImages(await cluster.render(migrationsFolder), references)
  await cluster.ask(['delete', 'jobs', ...data, ...migrations, '--ignore-not-found', '--wait'])
  await cluster.apply(jobs)
  await migrated(cluster)
}

const requireWhole = async (cluster, colour, references) => {
  const faults = await faultsOfColour(cluster, colour, references)
  if (faults.length === 0) return
  throw new Fault(`${colour} is not what was asked for: ${faults.join('; ')}`, {
    advice: 'The live colour is as it was. Mend it and deploy again.',
  })
}

const bring = async ({ cluster, say }, colour, { references, manifests }) => {
  await say.step('Migrations', { usually: '10 to 60 s' }, () => migrate(cluster, references))
  await say.step(`The release, into ${colour}`, { usually: '30 to 120 s' }, async () => {
    // Of a deployment that was broken off.
    await hearNothing(cluster, colour)
    await previewLeadsTo(cluster, colour)
    await cluster.apply(manifests)
    await scaleLike(cluster, colour, other(colour))
    await rolledOut(cluster, colour)
    await requireWhole(cluster, colour, references)
  })
}

/**
 * Brings a release into the idle colour, which nobody sees but by the preview address.
 * @throws Fault when it is not whole there; the live colour is never touched
 */
export const deploy = async (context) => {
  const { cluster, digests, isDry, say } = context
  const colour = other(requireLive(await readRoute(cluster)))
  const references = referencesOf(digests)
  const manifests = withImages(await cluster.render(colourFolder(cluster, colour)), references)
  await cluster.apply(manifests, ['--dry-run=server'])
  if (isDry) return say.line(`${colour} would get the release; the API server has no objection.`)
  await withLock(context, 'deploy', async () => {
    const route = await readRoute(cluster)
    if (requireLive(route) === colour) throw new Fault(`${colour} is live by now: nothing was done`)
    // What it held is no longer something to go back to.
    const gone = { [marks.candidate]: undefined, [marks.previous]: undefined }
    await moveRoute(cluster, route, { annotations: gone })
    await bring(context, colour, { references, manifests })
    const now = await readRoute(cluster)
    await moveRoute(cluster, now, { annotations: { [marks.candidate]: colour } })
  })
  say.line(`${namespaceOf(colour)} has the release (${say.took()}). Next: mm-deploy smoke`)
}
