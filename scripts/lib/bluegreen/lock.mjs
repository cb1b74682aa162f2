import os from 'node:os'
import { Fault } from '../terminal/fault.mjs'
import { edge } from './colours.mjs'

const name = 'mm-deploy-lock'
const where = ['--namespace', edge, '--request-timeout=15s']

const me = () => `${os.userInfo().username}@${os.hostname()} (process ${process.pid})`

/** @returns `{ holder, since }`, undefined when nobody has it */
export const lockHolder = async (cluster) =>
  (await cluster.find(['configmap', name, '--namespace', edge]))?.data

const take = async (cluster, what) => {
  const facts = [`holder=${me()}`, `what=${what}`, `since=${new Date().toISOString()}`]
  try {
    const literals = facts.map((each) => `--from-literal=${each}`)
    await cluster.ask(['create', 'configmap', name, ...where, ...literals])
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

/** Works alone: creating one object is what only one of two can do. */
export const withLock = async (cluster, what, work) => {
  await take(cluster, what)
  try {
    return await work()
  } finally {
    await cluster.ask(['delete', 'configmap', name, ...where, '--ignore-not-found'])
  }
}
