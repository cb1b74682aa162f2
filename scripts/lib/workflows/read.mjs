import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../machine/paths.mjs'

/** Where the host looks for them. */
export const workflowsFolder = path.join(root, '.github', 'workflows')

/** A workflow as the rules want it: `{ name, text, on, jobs, ... }`; `on` is an object whatever its form. */
export const workflowOf = (name, text) => {
  const read = parse(text)
  const events = typeof read.on === 'string' ? [read.on] : read.on
  const on = Array.isArray(events) ? Object.fromEntries(events.map((each) => [each, null])) : events
  return { ...read, name, text, on, jobs: Object.entries(read.jobs) }
}

/** All workflows of the checkout. */
export const readWorkflows = () =>
  readdirSync(workflowsFolder)
    .toSorted()
    .map((file) => workflowOf(file, readFileSync(path.join(workflowsFolder, file), 'utf8')))

/** The scripts of package.json by name. */
export const readScripts = () =>
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts
