import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'

/** The shipped routes of alerts. */
export const alertmanagerFile = path.join(
  root,
  'deploy',
  'observability',
  'alertmanager',
  'alertmanager.yml',
)

/** The receivers, by the files that have their addresses: `pager-shop` for `pager-shop-url`. Read as text, as packages may not be there yet. */
export const alertReceivers = () =>
  [...readFileSync(alertmanagerFile, 'utf8').matchAll(/secrets\/([\w-]+)-url/g)].map(
    ([, name]) => name,
  )
