import type { RequestHandler } from 'express'
import { refusal } from '../problem/problem.ts'

const versions: ReadonlySet<string> = new Set(['1.0', '1.1'])

const isHost = (text: string, index: number): boolean =>
  index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host'

/**
 * HTTP/1.1 asks for one `Host` and no more (RFC 9112 3.2). Node refuses none, but without a problem body, and takes the
 * first of two where a proxy may take the last (S39); it also answers to versions that it does not speak.
 */
export const hostNamed: RequestHandler = ({ httpVersion, rawHeaders }, _response, next) => {
  const hosts = rawHeaders.filter(isHost).length
  const isNamed = hosts === 1 || (hosts === 0 && httpVersion !== '1.1')
  if (!isNamed || !versions.has(httpVersion)) throw refusal('http_malformed')
  next()
}
