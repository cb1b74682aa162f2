import type { Clock } from '@micromart/kernel'
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import type { OAuthPorts, StateKey, StateKind, StoredState } from '../model/oauth-ports.ts'
import type { Secrets } from '../model/ports.ts'
import type { ProvenAccount } from '../usecase/sign-in.ts'
import { clientMetadata } from './client-metadata.ts'
import { grantPayload } from './grant-payload.ts'
import { signInName } from './names.ts'
import type { SealedContent } from './sealed-content.ts'

export type AdapterDeps = OAuthPorts & {
  readonly secrets: Secrets
  readonly content: SealedContent
  readonly clock: Clock
  /** The resource that access tokens are for. */
  readonly resource: string
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000)

const notKept = (): Promise<never> => Promise.reject(new Error('the library keeps no such thing'))

/** Of what is not kept, nothing is found and nothing has to go. */
const nothing: Adapter = {
  upsert: notKept,
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: notKept,
  destroy: async () => {},
  revokeByGrantId: async () => {},
}

/** A used one is not called expired: whoever brings it again must meet the rule for reuse. */
const timed = ({ expiresAt, consumedAt }: StoredState, now: Date): AdapterPayload =>
  consumedAt
    ? { exp: Math.max(seconds(expiresAt), seconds(now) + 1), consumed: seconds(consumedAt) }
    : { exp: seconds(expiresAt) }

/** Which session a thing is a part of: a code of its grant's, a browser's session of the login it began with. */
const sessionOf = (kind: StateKind, { authorizations, grantId }: AdapterPayload) =>
  kind === 'Session' ? authorizations?.[signInName]?.grantId : grantId

/** Whose password was proven is known already, though he has to show a code still. */
const halfIn = (result: AdapterPayload['result']) =>
  (result?.['codeFor'] as ProvenAccount | undefined)?.accountId

const accountOf = ({ accountId, session, result }: AdapterPayload) =>
  accountId ?? session?.accountId ?? result?.login?.accountId ?? halfIn(result)

/** Browser sessions, interactions and codes: rows of one table. */
const states = (
  kind: StateKind,
  { oauthStates, secrets, content, clock }: AdapterDeps,
): Adapter => {
  const keyOf = (id: string): StateKey => ({ kind, digest: secrets.digest(id) })
  const stateOf = ({ digest }: StateKey, payload: AdapterPayload, lastsSeconds: number) => ({
    content: content.seal(`${kind} ${digest}`, payload),
    expiresAt: new Date(clock.now().getTime() + lastsSeconds * 1_000),
    uid: kind === 'Session' && payload.uid ? secrets.digest(payload.uid) : undefined,
    accountId: accountOf(payload),
    sessionId: kind === 'Interaction' ? undefined : sessionOf(kind, payload),
  })
  const read = (found: StoredState | undefined): AdapterPayload | undefined =>
    found && {
      ...content.open(`${kind} ${found.digest}`, found.content),
      ...timed(found, clock.now()),
    }
  return {
    ...nothing,
    upsert: (id, payload, lastsSeconds = 0) => {
      const key = keyOf(id)
      return oauthStates.put(key, stateOf(key, payload, lastsSeconds))
    },
    find: async (id) => {
      const payload = read(await oauthStates.find(keyOf(id), clock.now()))
      return payload && { ...payload, jti: id }
    },
    findByUid: async (uid) =>
      read(await oauthStates.findByUid(kind, secrets.digest(uid), clock.now())),
    consume: async (id) => {
      if (!(await oauthStates.consume(keyOf(id), clock.now()))) {
        throw new errors.InvalidGrant('authorization code already consumed')
      }
    },
    destroy: (id) => oauthStates.remove(keyOf(id)),
  }
}

/** Assertions that have proven who a client is: the row itself is the proof that one was used. */
const replays = ({ oauthStates, secrets, clock }: AdapterDeps): Adapter => ({
  ...nothing,
  upsert: async (id, _payload, lastsSeconds = 0) => {
    const added = await oauthStates.add(
      { kind: 'ReplayDetection', digest: secrets.digest(id) },
      {
        content: '',
        expiresAt: new Date(clock.now().getTime() + lastsSeconds * 1_000),
        uid: undefined,
        accountId: undefined,
        sessionId: undefined,
      },
    )
    if (!added) throw new errors.InvalidClientAuth('client assertion tokens must be used once')
  },
})

/** Refresh tokens: of their grant's session, by the rules of all refresh tokens. */
const refreshTokens = ({ clientTokens, secrets, content, clock }: AdapterDeps): Adapter => ({
  ...nothing,
  upsert: (id, payload, lastsSeconds = 0) => {
    const digest = secrets.digest(id)
    const expiresAt = new Date(clock.now().getTime() + lastsSeconds * 1_000)
    const sealed = content.seal(`RefreshToken ${digest}`, payload)
    return clientTokens.add(payload.grantId ?? '', { digest, expiresAt }, sealed)
  },
  find: async (id) => {
    const found = await clientTokens.find(secrets.digest(id), clock.now())
    if (!found) return undefined
    const payload = content.open(`RefreshToken ${found.digest}`, found.content)
    return { ...payload, ...timed(found, clock.now()), jti: id }
  },
  consume: async (id) => {
    const isFirst = await clientTokens.consume(secrets.digest(id), clock.now())
    if (!isFirst) throw new errors.InvalidGrant('refresh token already used')
  },
})

/** Grants are sessions with a client; the library reads and ends them, it does not make them. */
const grants = ({ grants: kept, clock, resource }: AdapterDeps): Adapter => ({
  ...nothing,
  find: async (id) => {
    const grant = await kept.one(id, clock.now())
    return grant && grantPayload(grant, resource)
  },
  destroy: (id) => kept.end(id, clock.now()),
})

const clients = ({ clients: registered, clock }: AdapterDeps): Adapter => ({
  ...nothing,
  find: async (id) => {
    const found = await registered.registered(id, clock.now())
    return found && clientMetadata(found)
  },
})

/** Where the library keeps what it must find again: in the shop's own tables. Access tokens are signed and not kept. */
export const adapters = (deps: AdapterDeps): AdapterFactory => {
  const kept: Readonly<Record<string, Adapter>> = {
    Session: states('Session', deps),
    Interaction: states('Interaction', deps),
    AuthorizationCode: states('AuthorizationCode', deps),
    ReplayDetection: replays(deps),
    RefreshToken: refreshTokens(deps),
    Grant: grants(deps),
    Client: clients(deps),
  }
  return (name) => kept[name] ?? nothing
}
