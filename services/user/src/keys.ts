import { parseArgs } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { apps } from '@micromart/contracts'
import { connectSidecar } from '@micromart/dapr'
import { DomainError, systemClock } from '@micromart/kernel'
import { createLog } from '@micromart/service'
import { openDatabase } from '@micromart/store'
import { type KeysConfig, readKeysConfig } from './config.ts'
import { keyBox } from './crypto/key-box.ts'
import { keyMakerJose } from './crypto/keys-jose.ts'
import { forgottenAt, type SigningKey } from './model/signing-key.ts'
import { migrations } from './repository/migrations/index.ts'
import { userRows } from './repository/rows.ts'
import { signingKeysMysql } from './repository/signing-keys-mysql.ts'
import { revokeKey } from './usecase/revoke-key.ts'
import { rotateNow, rotationState } from './usecase/rotate-now.ts'

const help = `npm run keys -- list | rotate [--no-wait] | revoke KID

The keys that sign access tokens.

  list               which sign, will sign and have signed
  rotate [--no-wait] the next key takes over as soon as every verifier knows it; no token is refused
  revoke KID         a key that somebody else may have: its tokens are refused within 5 seconds

For whoever runs the service: it reads the service's own secrets, since a token proves nothing while a key is in
other hands. Run it where the service runs, or give it USER_DATABASE_URL and USER_SIGNING_KEK.
`

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const timeOf = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z')

const secretsOf = async (config: KeysConfig) => {
  if (config.USER_DATABASE_URL && config.USER_SIGNING_KEK) {
    return { url: config.USER_DATABASE_URL, kek: config.USER_SIGNING_KEK }
  }
  await using sidecar = await connectSidecar({
    appId: apps.user,
    grpcPort: config.DAPR_GRPC_PORT ?? 0,
    httpPort: config.DAPR_HTTP_PORT ?? 0,
    apiToken: config.DAPR_API_TOKEN,
  })
  return { url: await sidecar.secret('mysql-user'), kek: await sidecar.secret('signing-kek') }
}

const openKeys = async (config: KeysConfig) => {
  const { url, kek } = await secretsOf(config)
  const db = await openDatabase({ url, entities: userRows, migrations })
  const log = createLog(apps.user, { level: 'warn' })
  const deps = {
    keys: signingKeysMysql(db),
    keyMaker: keyMakerJose(keyBox(kek)),
    clock: systemClock,
    log,
  }
  return { deps, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

type Deps = Awaited<ReturnType<typeof openKeys>>['deps']

const sinceOf = ({ slot, createdAt, activeSince, retiredAt }: SigningKey): string => {
  if (slot === 'active') return `signs since ${timeOf(activeSince ?? createdAt)}`
  if (slot === 'next') return `published since ${timeOf(createdAt)}`
  return `verifies until ${timeOf(forgottenAt(retiredAt ?? createdAt))}`
}

const list = async (deps: Deps): Promise<void> => {
  const { at } = await rotationState(deps)()
  for (const key of await deps.keys.all()) {
    say(`${key.kid}  ${key.slot.padEnd(7)}  ${sinceOf(key)}`)
  }
  say(`The next key takes over at ${timeOf(at)}`)
}

const everyMs = 1_000
const tellEveryMs = 30_000

const rotate = async (deps: Deps, waits: boolean): Promise<void> => {
  const before = await rotateNow(deps)()
  const state = rotationState(deps)
  for (let toldAt = -Infinity; ;) {
    const { active, next, at } = await state()
    if (active.kid !== before.kid) return say(`${active.kid} signs; ${before.kid} still verifies`)
    const now = Date.now()
    if (now - toldAt >= tellEveryMs) {
      const seconds = Math.ceil((at.getTime() - now) / 1_000)
      say(
        `${next.kid} takes over at ${timeOf(at)}, in ${String(seconds)} s: every verifier knows it then`,
      )
      toldAt = now
    }
    if (!waits) return say('The services see to it; nobody need wait.')
    await pause(everyMs)
    await rotateNow(deps)()
  }
}

const revoke = async (deps: Deps, kid: string): Promise<void> => {
  await revokeKey(deps)(kid)
  const { active } = await rotationState(deps)()
  say(`${kid} is revoked: its tokens are refused within 5 seconds, and within 10 minutes where the
user service cannot be reached. ${active.kid} signs.`)
}

const run = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'no-wait': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  const [command, kid] = positionals
  const known = ['list', 'rotate'].includes(command ?? '') || (command === 'revoke' && kid)
  if (values.help || !known) {
    say(help)
    process.exitCode = values.help ? 0 : 2
    return
  }
  await using opened = await openKeys(readKeysConfig(process.env))
  if (command === 'list') await list(opened.deps)
  else if (command === 'rotate') await rotate(opened.deps, !values['no-wait'])
  else await revoke(opened.deps, kid ?? '')
}

const isBadInput = (error: unknown): error is Error =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')

await run().catch((error: unknown) => {
  if (isBadInput(error)) {
    process.stderr.write(`${error.message.split('. ')[0]}\n\n${help}\n`)
    process.exitCode = 2
    return
  }
  const isUnknown = error instanceof DomainError && error.code === 'key_not_found'
  process.stderr.write(isUnknown ? 'There is no such key: see list\n' : `${String(error)}\n`)
  process.exitCode = 1
})
