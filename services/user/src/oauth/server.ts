import type { IncomingMessage, ServerResponse } from 'node:http'
import lightMyRequest from 'light-my-request'
import type { Provider } from 'oidc-provider'
import type { SigningRing } from '../crypto/signing-ring.ts'
import type { Device } from '../model/device.ts'
import type { HttpAnswer, HttpRequest } from './http.ts'
import { interactions } from './interactions.ts'
import { isPage } from './names.ts'
import { makeProvider, type ProviderDeps } from './provider.ts'
import type { InteractionDeps } from './turn.ts'

type Deps = ProviderDeps & InteractionDeps & { readonly ring: () => Promise<SigningRing> }

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>

/** One library for one set of keys: when they rotate there is a new one, and nobody notices. */
const followingKeys = ({ ring, ...deps }: Deps, failed: Parameters<typeof makeProvider>[2]) => {
  let held:
    { readonly kids: string; readonly provider: Provider; readonly serve: Serve } | undefined
  return async () => {
    const now = await ring()
    const kids = [now.kid, ...now.published.map(({ kid }) => kid)].join(' ')
    if (held?.kids === kids) return held
    const provider = makeProvider(deps, now, failed)
    held = { kids, provider, serve: provider.callback() }
    return held
  }
}

const headersOf = ({ headers, target }: HttpRequest, issuer: URL): Record<string, string> => ({
  ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  ...(isPage(target.split('?', 1)[0] ?? '') && { accept: 'text/html' }),
  host: issuer.host,
  'x-forwarded-proto': issuer.protocol.slice(0, -1),
})

const pairs = (name: string, value: number | string | string[] | undefined) =>
  [value ?? []].flat().map((one) => ({ name, value: String(one) }))

/**
 * The authorization server: one HTTP request in, its answer out, without a socket between.
 * @throws what the stores throw: no answer of OAuth stands for a fault of ours
 */
export const oauthServer = (deps: Deps) => {
  const issuer = new URL(deps.issuer)
  const faults = new WeakMap<ServerResponse, unknown>()
  const library = followingKeys(deps, (response, error) => faults.set(response, error))
  const pages = interactions(deps)
  const answer = async (
    request: HttpRequest,
    device: Device,
    [message, response]: Parameters<Serve>,
  ) => {
    const { provider, serve } = await library()
    const page = pages(request, device)
    await (page ? page(provider, message, response) : serve(message, response))
    if (faults.has(response)) throw faults.get(response)
  }
  return async (request: HttpRequest, device: Device): Promise<HttpAnswer> => {
    const { method, target: url, body } = request
    const answering = Promise.withResolvers<void>()
    const serve: Parameters<typeof lightMyRequest>[0] = (...exchange) => {
      answer(request, device, exchange)
        .then(answering.resolve, answering.reject)
        .finally(() => exchange[1].end())
    }
    const sent = { method: method as 'GET', url, headers: headersOf(request, issuer) }
    const payload = body.length > 0 ? { payload: Buffer.from(body) } : {}
    const [answered] = await Promise.all([
      lightMyRequest(serve, { ...sent, ...payload }),
      answering.promise,
    ])
    const { statusCode: status, headers, rawPayload } = answered
    return {
      status,
      headers: Object.entries(headers).flatMap(([name, value]) => pairs(name, value)),
      body: rawPayload,
    }
  }
}
