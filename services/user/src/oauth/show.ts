import type { ServerResponse } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Page } from './pages/page.ts'

/** Answers a request to the library with a page of ours. */
export const show = (ctx: KoaContextWithOIDC, { status, headers, body }: Page): void => {
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

/** Answers a request to the pages themselves. */
export const send = (response: ServerResponse, { status, headers, body }: Page): void => {
  response.writeHead(status, headers).end(body)
}
