import os from 'node:os'
import { Fault } from '../terminal/fault.mjs'
import { edge } from './colours.mjs'

const name = 'mm-deploy-lock'
const where = ['--namespace', edge, '--request-timeout=15s']

const me = () => `${os.userInfo().username}@${os.hostname()} (process ${process.pid})`

/** @returns `{ holder, since }`, undefined when nobody has it */
export const lockHolder = async (cluster) =>
  (await cluster.find(['configmap', name, '--namespace', edge]))?.data

/** @returns what tells this lock from any later one of the same name */
const take = async (cluster, what) => {
  const facts = [`holder=${me()}`, `what=${what}`, `since=${new Date().toISOString()}`]
  try {
    const literals = facts.map((each) => `--from-literal=${each}`)
    const made = await cluster.ask(['create', 'configmap', name, ...where, ...literals, '-o=json'])
    return JSON.parse(made).metadata.uid
  } catch (cause) {
    if (!/AlreadyExists|already exists/.test(cause.message)) throw cause
    const found = await lockHolder(cluster)
    throw new Fault(
      `${found?.holder ?? 'Somebody'} does a ${found?.what ?? 'deployment'} since ${found?.since ?? 'just now'}: nothing was changed`,
      {
        advice: `Wait for it; if it is gone: kubectl delete configmap ${name} --namespace ${edge}. A rollback waits for nobody.`,
        cause,
      },
    )
  }
}

const isGone = ({ message }) => /NotFound|not found|Conflict|precondition/i.test(message)

/** A lock that somebody has removed, and perhaps taken, is not this one's to end. */
const release = async ({ cluster, say }, uid) => {
  const object = `/api/v1/namespaces/${edge}/configmaps/${name}`
  const input = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
  })
  try {
    await cluster.ask(['delete', '--raw', object, '-f', '-'], { input })
  } catch (fault) {
    if (!isGone(fault)) say.line(`The lock is still there: ${fault.message}`)
  }
}

/** Works alone: creating one object is what only one of two can do. What is only said takes no lock. */
export const withLock = async (context, what, work) => {
  if (context.isDry) return work()
  const uid = await take(context.cluster, what)
  try {
    return await work()
  } finally {
    await release(context, uid)
  }
}
