import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import type { Device } from '../model/device.ts'
import { askConsent, cancel, consent, switchAccount } from './consent-steps.ts'
import { formOf, isFromHere } from './form.ts'
import type { HttpRequest } from './http.ts'
import { askLogin, code, login, restart } from './login-steps.ts'
import { interactionOf } from './names.ts'
import { errorPage } from './pages/error.ts'
import type { Page } from './pages/page.ts'
import { send } from './show.ts'
import type { Interaction, InteractionDeps, Step, Turn } from './turn.ts'

type Prompt = 'login' | 'consent'

/** What may be done, and at which point of an interaction. */
const stepsOf = (
  deps: InteractionDeps,
): Readonly<Record<string, Partial<Record<Prompt, Step>>>> => ({
  '': { login: askLogin, consent: askConsent(deps) },
  login: { login: login(deps) },
  code: { login: code(deps) },
  restart: { login: restart },
  consent: { consent: consent(deps) },
  switch: { consent: switchAccount(deps) },
  cancel: { login: cancel, consent: cancel },
})

/** The interaction that the browser's cookie names, which must be the one that the path names. */
const interactionNamed = async (
  provider: Provider,
  exchange: Turn['exchange'],
  uid: string,
): Promise<Interaction | undefined> => {
  try {
    const interaction = await provider.interactionDetails(...exchange)
    return interaction.uid === uid ? interaction : undefined
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

/**
 * The pages on which somebody logs in and is asked. An interaction begins at the authorization endpoint, is known by a cookie and ends
 * there.
 * @returns undefined for a request that is for no page
 */
export const interactions = (deps: InteractionDeps) => {
  const steps = stepsOf(deps)

  const turnOf = async (
    provider: Provider,
    exchange: Turn['exchange'],
    { uid, request, device }: { uid: string; request: HttpRequest; device: Device },
  ): Promise<Turn | undefined> => {
    const interaction = await interactionNamed(provider, exchange, uid)
    const client = interaction && (await deps.clients.one(String(interaction.params['client_id'])))
    if (!client) return undefined
    return { provider, exchange, interaction, client, form: formOf(request), device }
  }

  return (request: HttpRequest, device: Device) => {
    const named = interactionOf(request.target.split('?', 1)[0] ?? '')
    if (!named) return undefined
    const shown = async (
      provider: Provider,
      exchange: Turn['exchange'],
    ): Promise<Page | undefined> => {
      const isForm = request.method === 'POST'
      if (isForm !== (named.step !== '')) return errorPage(400, 'expired') // a link does nothing
      if (isForm && !isFromHere(request)) return errorPage(403, 'other_site')
      const turn = await turnOf(provider, exchange, { ...named, request, device })
      const step = turn && steps[named.step]?.[turn.interaction.prompt.name as Prompt]
      return step ? step(turn) : errorPage(400, 'expired')
    }
    return async (provider: Provider, message: IncomingMessage, response: ServerResponse) => {
      const page = await shown(provider, [message, response])
      if (page) send(response, page)
    }
  }
}
