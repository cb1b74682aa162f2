import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import type { Device } from '../model/device.ts'
import type { OAuthClient } from '../model/oauth-client.ts'
import type { OAuthPorts } from '../model/oauth-ports.ts'
import type { Ports } from '../model/ports.ts'
import type { UseCases } from '../usecase/index.ts'
import type { RightsOf } from './account.ts'
import { interactionPath } from './names.ts'
import type { Asker } from './pages/login.ts'
import type { Page } from './pages/page.ts'

export type InteractionDeps = Pick<OAuthPorts, 'clients' | 'grants'> &
  Pick<Ports, 'accounts' | 'clock'> & {
    readonly rightsOf: RightsOf
    readonly use: Pick<UseCases, 'signIn' | 'signInWithCode' | 'giveGrant'>
  }

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** One request to a page: what it is about, and what it sent. */
export type Turn = {
  readonly provider: Provider
  readonly exchange: readonly [message: IncomingMessage, response: ServerResponse]
  readonly interaction: Interaction
  /** Who asks. */
  readonly client: OAuthClient
  readonly form: ReadonlyMap<string, string>
  readonly device: Device
}

/** Does what a form asks for, and says what is shown; nothing when the answer is written. */
export type Step = (turn: Turn) => Promise<Page | undefined>

export const paramOf = ({ interaction }: Turn, name: string): string => {
  const value = interaction.params[name]
  return typeof value === 'string' ? value : ''
}

export const askerOf = (turn: Turn): Asker => ({
  clientName: turn.client.name,
  redirectUri: paramOf(turn, 'redirect_uri'),
})

/** Where the forms of a page go. */
export const actionOf =
  ({ interaction }: Turn) =>
  (step: string): string =>
    interactionPath(interaction.uid, step)

/** Goes back to the library with what came out: 303, so that a form is not sent twice (RFC 9700 4.12). */
export const finish = async (
  { provider, exchange }: Turn,
  result: InteractionResults,
): Promise<undefined> => {
  await provider.interactionFinished(...exchange, result)
}
