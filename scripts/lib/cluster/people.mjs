import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { kubectl } from './kubectl.mjs'

const program = path.join(root, 'deploy', 'bluegreen', 'mm-deploy')

/** The kubeconfig of a member of groups, whom the administrator plays. */
const kubeconfigOf = async (folder, groups) => {
  const config = JSON.parse(await kubectl.ask(['config', 'view', '--raw', '-o', 'json']))
  config['current-context'] = kubectl.where.at(-1)
  for (const { user } of config.users) {
    user.as = 'somebody'
    user['as-groups'] = groups.map((group) => `micromart:${group}`)
  }
  const file = path.join(folder, `${groups.join('-')}.json`)
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  return file
}

/**
 * Runs mm-deploy as a member of groups, such as `deployers`.
 * @param folder has a program kubectl, and gets the kubeconfig
 * @param more variables of its environment
 * @returns `(...args) => { code, said, ms }`
 */
export const personOf = async (folder, groups, more = {}) => {
  const KUBECONFIG = await kubeconfigOf(folder, groups)
  const env = { ...process.env, ...more, KUBECONFIG, PATH: `${folder}:${process.env.PATH}` }
  return (...args) =>
    new Promise((resolve) => {
      const began = Date.now()
      const child = spawn(program, args, { env })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
      child.on('close', (code) => resolve({ code, said: said.trim(), ms: Date.now() - began }))
    })
}
