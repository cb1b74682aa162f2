/**
 * What the code makes use of, read off it: which RPCs a part calls, which topics it tells, which secrets and whether state it
 * reads. An RPC counts as called where a part holds a client of its service (`sidecar.client(Definition, apps.x)`) and names
 * the method.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apps, components, subscriptions, topics } from '@micromart/contracts'
import { UserServiceService } from '@micromart/contracts/user'
import { root } from '../lib/machine/paths.mjs'
import { definitions } from './rpcs.mjs'

const codeOf = (app) => {
  const folder = app === apps.gateway ? 'gateway' : `services/${app}`
  return globSync(`${folder}/src/**/*.ts`, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .toSorted()
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n')
}

const code = Object.fromEntries(Object.values(apps).map((app) => [app, codeOf(app)]))

/** A client made for each of a list of apps: `list.map((app) => ... client(Definition, app)`. */
const targetsOf = (app, variable) => {
  const [, list] = new RegExp(`(\\w+)\\.map\\(\\(${variable}\\) =>`).exec(code[app]) ?? []
  const [, written] = new RegExp(`const ${list} = \\[([^\\]]*)\\]`).exec(code[app]) ?? []
  if (written === undefined) throw new Error(`${app}: which apps is a client made for?`)
  return [...written.matchAll(/apps\.(\w+)/g)].map(([, name]) => name)
}

/** Called on the client, or taken out of it: `const { method } = client`. */
const isCalled = (app, method) =>
  new RegExp(`\\.${method}\\(|\\{[^{}]*\\b${method}\\b[^{}]*\\} = (?!await)\\w`).test(code[app])

/** `startPlatform` of pkg/service asks for the keys that tokens are verified by, unless it is given a verifier. */
const keysOf = (app) =>
  code[app].includes('startPlatform(') && !/\bverifier: /.test(code[app])
    ? [{ target: apps.user, ...UserServiceService.getJwks }]
    : []

const clientsOf = (app) =>
  [...code[app].matchAll(/\.(?:client|stream)\(\s*(\w+Service),\s*(?:apps\.(\w+)|(\w+))/g)].flatMap(
    ([, definition, target, variable]) =>
      (target ? [target] : targetsOf(app, variable)).flatMap((one) =>
        Object.entries(definitions[definition] ?? {})
          .filter(([method]) => isCalled(app, method))
          .map(([, { path }]) => ({ target: apps[one], path })),
      ),
  )

/** `callee path`, each once. */
const callsOf = (app) => [
  ...new Set([...keysOf(app), ...clientsOf(app)].map(({ target, path }) => `${target} ${path}`)),
]

const topicsOf = (app) =>
  Object.entries(topics)
    .filter(([, topic]) => !subscriptions.some((one) => one.topic === topic && one.app === app))
    .filter(([name]) => code[app].includes(`topics.${name}`))
    .map(([, topic]) => topic)

const secretsOf = (app) => [
  ...new Set([...code[app].matchAll(/\bsecret\(\s*'([\w-]+)'/g)].map(([, name]) => name)),
]

/** By app: `{ calls: ['<callee> <path>'], topics, secrets, state: a component or nothing }`. */
export const codeRights = Object.fromEntries(
  Object.values(apps).map((app) => [
    app,
    {
      calls: callsOf(app),
      topics: topicsOf(app),
      secrets: secretsOf(app),
      state: /\bsidecar\.state\b/.test(code[app]) ? [components.state] : [],
    },
  ]),
)
