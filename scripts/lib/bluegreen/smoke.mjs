import { Fault } from '../terminal/fault.mjs'
import { other, previewColour, readRoute, requireLive } from './colours.mjs'
import { faultsOfColour } from './pods.mjs'
import { subscriptionsIn } from './subscriptions.mjs'

/** What an address must answer, without an account. Purchases are the demo shoppers' (`npm run demo`). */
const questions = [
  ['/livez', 200],
  ['/v1/products', 200],
  ['/v1/orders', 401],
  ['/v1/admin/orders', 401],
]

const ask = async (url, path) => {
  try {
    const answer = await fetch(new URL(path, url), { signal: AbortSignal.timeout(5000) })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    return error.cause?.code ?? error.message
  }
}

/** @returns what an address answers that it should not: texts */
export const faultsAt = async (url) => {
  const answers = await Promise.all(
    questions.map(async ([path, wanted]) => ({ path, wanted, got: await ask(url, path) })),
  )
  return answers
    .filter(({ got, wanted }) => got !== wanted)
    .map(({ path, got, wanted }) => `${path} says ${got}, not ${wanted}`)
}

/** @throws Fault when it is no address that could be asked */
export const requireAddress = (name, given = '') => {
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return
  throw new Fault(`${name} is ${given ? `no address: ${given}` : 'not set'}`, {
    advice: 'It starts with https://.',
  })
}

/** An idle colour that the address does not show would be judged by the other's answers. */
const faultsOfPreview = async (cluster, colour) => {
  const shown = await previewColour(cluster)
  return shown === colour ? [] : [`the preview shows ${shown ?? 'neither colour'}, not ${colour}`]
}

/** Looks at the idle colour as a shopper would. @throws Fault with all that is wrong */
export const smoke = async ({ cluster, previewUrl, say }) => {
  requireAddress('PREVIEW_URL', previewUrl)
  const colour = other(requireLive(await readRoute(cluster)))
  const heard = await subscriptionsIn(cluster, colour)
  const faults = [
    ...(await faultsOfColour(cluster, colour)),
    ...(heard > 0 ? [`${colour} is idle and has ${heard} subscriptions`] : []),
    ...(await faultsOfPreview(cluster, colour)),
    ...(await faultsAt(previewUrl)),
  ]
  if (faults.length > 0) throw new Fault(`${colour} is not well: ${faults.join('; ')}`)
  say.line(`${colour} answers as it should. Next: mm-deploy promote`)
}
