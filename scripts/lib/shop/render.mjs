import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { root } from '../machine/paths.mjs'
import { allPorts, portsOf, readRunFile } from './run-file-yaml.mjs'

/** Every port's new number by its old one. */
const mapping = (runFile, free, wished) => {
  const old = portsOf(runFile)
  const moved = new Map(allPorts(old).map((port, index) => [port, free[index]]))
  for (const [app, kinds] of Object.entries(wished)) {
    for (const [kind, port] of Object.entries(kinds)) moved.set(old[app][kind], port)
  }
  return moved
}

const portFields = ['appPort', 'daprHTTPPort', 'daprGRPCPort', 'metricsPort']

const moveValue = (value, moved) =>
  /^\d+$/.test(value)
    ? String(moved.get(Number(value)) ?? value)
    : value.replace(
        /(127\.0\.0\.1:)(\d+)/g,
        (_, host, port) => `${host}${moved.get(Number(port)) ?? port}`,
      )

const moveEnv = (env, moved) =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      name.endsWith('_PORT') || name.endsWith('_URL') ? moveValue(value, moved) : value,
    ]),
  )

/** Mails lie in the folder of their shop. */
const mailboxOf = ({ env }, folder) =>
  env.MAIL_FOLDER === undefined ? {} : { MAIL_FOLDER: path.join(folder, 'mailbox') }

const moveApp = (app, moved, folder, env) => ({
  ...app,
  ...Object.fromEntries(
    portFields.filter((name) => app[name]).map((name) => [name, moved.get(app[name])]),
  ),
  appDirPath: folder,
  configFilePath: path.join(folder, app.configFilePath),
  command: app.command.map((word) => (word.includes('/') ? path.join(root, word) : word)),
  env: { ...moveEnv(app.env, moved), ...mailboxOf(app, folder), ...env },
})

/**
 * A run file with other ports and an own folder.
 * @param free as many free ports as `allPorts` of the run file has
 * @param wished ports that are not left to chance, such as `{ gateway: { public: 18080 } }`
 * @param env set for every app, over what the run file says
 */
export const moveRunFile = (runFile, { folder, free, wished = {}, env = {} }) => {
  const moved = mapping(runFile, free, wished)
  return {
    ...runFile,
    common: {
      ...runFile.common,
      resourcesPaths: [
        path.join(folder, 'components'),
        path.join(folder, 'components', 'subscriptions'),
      ],
      env: moveEnv(runFile.common.env, moved),
    },
    apps: runFile.apps.map((app) => moveApp(app, moved, folder, env)),
  }
}

/** Texts stay quoted: a variable that is not set must become an empty text, not nothing. */
const edit = (file, change) => {
  const document = parse(readFileSync(file, 'utf8'))
  change(document.spec)
  writeFileSync(file, stringify(document, { defaultStringType: 'QUOTE_SINGLE' }))
}

const setMetadata = (file, name, value) =>
  edit(file, (spec) => (spec.metadata.find((each) => each.name === name).value = value))

/**
 * Sidecars that all start at once wait for each other's writes, or one stays without a name while it says that it is healthy; and on a
 * busy machine a row is renewed late: by default it must be within a second, or an app that is well cannot be found.
 */
const patience = { busyTimeout: '9s', timeout: '10s', updateInterval: '30s' }

const resolveByFile = (configuration, connectionString) =>
  edit(configuration, (spec) => {
    // Without the pause the hourly clean-up deletes rows of living apps and ends daprd (dapr/dapr #8507).
    const settings = { connectionString, cleanupInterval: '0s', ...patience }
    spec.nameResolution = { component: 'sqlite', version: 'v1', configuration: settings }
  })

/**
 * Writes dapr.yaml and the components into `folder`, so that a shop runs beside another one: own ports, secrets
 * file and name resolution. mDNS finds apps by id on the whole machine; a table in a file knows only this shop.
 * @param pubsub metadata of the pub/sub component that differs, such as `{ redeliverInterval: '2s' }`
 * @returns `{ file, ports }`
 */
export const renderShop = ({ folder, free, wished, env, secretsFile, pubsub = {} }) => {
  const components = path.join(folder, 'components')
  mkdirSync(folder, { recursive: true })
  cpSync(path.join(root, 'components'), components, { recursive: true })
  setMetadata(path.join(components, 'secrets.yaml'), 'secretsFile', secretsFile)
  for (const [name, value] of Object.entries(pubsub)) {
    setMetadata(path.join(components, 'pubsub.yaml'), name, value)
  }
  for (const { configFilePath } of readRunFile().apps) {
    resolveByFile(path.join(folder, configFilePath), path.join(folder, 'names.db'))
  }
  const runFile = moveRunFile(readRunFile(), { folder, free, wished, env })
  const file = path.join(folder, 'dapr.yaml')
  writeFileSync(file, stringify(runFile))
  return { file, ports: portsOf(runFile) }
}

export const portsNeeded = () => allPorts(portsOf(readRunFile())).length
