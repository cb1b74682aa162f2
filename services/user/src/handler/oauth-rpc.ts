import type { OAuthServiceServer } from '@micromart/contracts/user'
import { unary } from '@micromart/service'
import type { Device } from '../model/device.ts'
import type { HttpAnswer, HttpRequest } from '../oauth/http.ts'
import { deviceFrom } from './messages.ts'

/** A request of HTTP in a message, and its answer in another. */
export const oauthRpc = (
  serve: (request: HttpRequest, device: Device) => Promise<HttpAnswer>,
): OAuthServiceServer => ({
  serve: unary(async ({ method, target, headers, body, device }) => {
    const answer = await serve({ method, target, headers, body }, deviceFrom(device))
    return { ...answer, body: Buffer.from(answer.body) }
  }),
})
