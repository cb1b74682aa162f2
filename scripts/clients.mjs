#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { adminApi, staffNamed, staffOptions } from './lib/shop/admin-api.mjs'
import { addedText, clientsText } from './lib/terminal/clients-text.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'

const help = `
npm run clients -- list
npm run clients -- add --name NAME --scope SCOPE ... [--redirect-uri URI ...] [options]
npm run clients -- rotate-secret CLIENT [--keep-hours N]
npm run clients -- remove CLIENT

The clients of a running shop's authorization server: applications that act for their users, and machines that act by themselves.
docs/oauth.md says how each signs in. A secret is told once, here.

add
  --name                    what users are shown
  --scope                   what it may ask for, such as openid, profile, orders, orders:read; several times, or separated by blanks
  --redirect-uri            where an application gets its answers; several times. Without one it is a machine
  --post-logout-redirect-uri  where it wants its users after a logout
  --public                  it can keep no secret: an application in a browser or on a device
  --native                  it runs on a device: the port of a redirect URI on the loopback may vary
  --jwks FILE               it proves itself by a key: a JWK Set with its public keys; instead of a secret
  --home-page               shown to its users
  --introspection           a service of our own, which may introspect every token
rotate-secret
  --keep-hours              how long the secret before it serves, too: 0 (by itself) to 168

  --json      what the API answers, as it is
  --url       the shop's gateway; by itself MICROMART_URL, or the shop of this checkout
  --account   who asks: a demo account with the scope "clients:write" (admin), or "env": MICROMART_ACCOUNT=email:password

Ends with 0 when it is done, 1 when it was refused, 2 when the command line makes no sense.
`

const many = { type: 'string', multiple: true, default: [] }
const flag = { type: 'boolean', default: false }

const { values, positionals } = commandLine(
  help,
  {
    name: { type: 'string' },
    scope: many,
    'redirect-uri': many,
    'post-logout-redirect-uri': many,
    public: flag,
    native: flag,
    jwks: { type: 'string' },
    'home-page': { type: 'string' },
    introspection: flag,
    'keep-hours': { type: 'string', default: '0' },
    json: flag,
    ...staffOptions,
  },
  { positionals: true },
)

const advices = {
  400: 'See --help for what it takes.',
  403: 'The account lacks the scope "clients:write", or a scope that it would give: name another one with --account.',
  404: '"npm run clients -- list" names those that there are.',
}

const path = '/v1/admin/clients'

const readKeys = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Fault(`${file} is no JWK Set`, { advice: 'It is JSON: {"keys": [...]}.', cause })
  }
}

const draft = () => ({
  name: values.name ?? '',
  scopes: values.scope.flatMap((scopes) => scopes.split(/\s+/)).filter(Boolean),
  redirectUris: values['redirect-uri'],
  postLogoutRedirectUris: values['post-logout-redirect-uri'],
  introspection: values.introspection,
  ...(values.public && { tokenEndpointAuthMethod: 'none' }),
  ...(values.native && { applicationType: 'native' }),
  ...(values.jwks && { jwks: readKeys(values.jwks) }),
  ...(values['home-page'] && { homePage: values['home-page'] }),
})

const say = (answer, text) =>
  console.log(values.json ? JSON.stringify(answer, null, 2) : text(answer))

const allClients = async (ask) => {
  const items = []
  for (let cursor = ''; ;) {
    const { body } = await ask('GET', `${path}?limit=100${cursor}`)
    items.push(...body.items)
    if (body.nextCursor === null) return items
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
  }
}

/** What was just read is what is meant: between the two nobody else has a say. */
const current = async (ask, id) => {
  const { headers } = await ask('GET', `${path}/${encodeURIComponent(id)}`)
  return { 'if-match': headers.get('etag') }
}

const commands = {
  list: async (ask) => say(await allClients(ask), clientsText),
  add: async (ask) => say((await ask('POST', path, { body: draft() })).body, addedText),
  remove: async (ask, id) => {
    await ask('DELETE', `${path}/${encodeURIComponent(id)}`, { headers: await current(ask, id) })
    say({ removed: id }, () => `Removed ${id}; all that it was given has ended.`)
  },
  'rotate-secret': async (ask, id) => {
    const body = { keepSeconds: Math.round(Number(values['keep-hours']) * 3600) }
    const headers = await current(ask, id)
    const rotated = await ask('POST', `${path}/${encodeURIComponent(id)}/secret`, { body, headers })
    say(rotated.body, addedText)
  },
}

const [command = '', ...named] = positionals
const wanted = command === 'list' || command === 'add' ? 0 : 1
if (!Object.hasOwn(commands, command) || named.length !== wanted) {
  console.error(`No such command: ${positionals.join(' ') || '(none)'}\n\n${help.trim()}`)
  process.exit(2)
}

await main(async () => commands[command](await adminApi(staffNamed(values), advices), ...named))
