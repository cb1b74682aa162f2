import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { clusterHome } from './layout.mjs'

const mark = createHash('sha256').update(clusterHome).digest('hex').slice(0, 8)

/** The control group below which all pods are: by it they are known as those of this cluster, and of no other checkout's. */
export const controlGroup = `/micromart-${mark}`

const base = '/sys/fs/cgroup'

const unified = () => existsSync(`${base}/cgroup.controllers`)

/** Where control groups are made: one hierarchy, or one for each controller. */
const hierarchies = () =>
  unified()
    ? [base]
    : readdirSync(base)
        .map((name) => path.join(base, name))
        .filter((folder) => existsSync(path.join(folder, 'cgroup.procs')))

const inherit = (folder) => {
  // A cpuset without processors takes no process; version 2 inherits by itself.
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const [own, parent] = [folder, path.dirname(folder)].map((each) => path.join(each, name))
    if (!unified() && existsSync(own)) writeFileSync(own, readFileSync(parent, 'utf8'))
  }
}

const delegate = (folder) => {
  const available = readFileSync(`${base}/cgroup.controllers`, 'utf8').trim().split(' ')
  for (const each of [base, folder]) {
    writeFileSync(`${each}/cgroup.subtree_control`, available.map((name) => `+${name}`).join(' '))
  }
}

/** Makes the group; kubelet wants it to be there. */
export const makeControlGroup = () => {
  for (const hierarchy of hierarchies()) {
    const folder = path.join(hierarchy, controlGroup)
    mkdirSync(folder, { recursive: true })
    inherit(folder)
  }
  if (unified()) delegate(path.join(base, controlGroup))
}

/** What a work on a group answers; while containers end, groups vanish at any moment. */
const unlessGone = (work, otherwise) => {
  try {
    return work()
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes(error.code)) return otherwise
    throw error
  }
}

const foldersBelow = (folder) => {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true }))
  if (!entries) return []
  const children = entries.filter((each) => each.isDirectory())
  return [...children.flatMap(({ name }) => foldersBelow(path.join(folder, name))), folder]
}

const groups = () => hierarchies().flatMap((each) => foldersBelow(path.join(each, controlGroup)))

/**
 * The pids of all that runs in pods.
 * @param uid of one pod, all of them without it
 */
export const podProcesses = (uid = '') => {
  const procs = (folder) => readFileSync(path.join(folder, 'cgroup.procs'), 'utf8')
  const texts = groups()
    .filter((folder) => folder.includes(uid))
    .map((folder) => unlessGone(() => procs(folder), ''))
  return [...new Set(texts.flatMap((text) => text.split('\n').filter(Boolean)).map(Number))]
}

/** Removes the group and all below it, once nothing runs there. */
export const removeControlGroup = () => {
  for (const folder of groups()) unlessGone(() => rmdirSync(folder))
}
