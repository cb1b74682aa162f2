import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { localsOf } from '../http/locals.ts'
import type { Body } from '../http/route.ts'
import { parseJson } from '../json/strict-json.ts'
import { refusal } from '../problem/problem.ts'

const maxJsonBytes = 100 * 1024
const arrivalLimitMs = 10_000

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined ||
  Number(request.headers['content-length'] ?? 0) > 0

/** `application/json; charset=utf-8` and nothing looser. */
const isMediaType = (header: string | undefined, wanted: string): boolean => {
  const [type, ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase())
  return type === wanted && parameters.every((parameter) => /^charset="?utf-?8"?$/.test(parameter))
}

/** @throws HttpProblem 415, before anything of the body is read */
const checkMediaType = (request: IncomingMessage, wanted: string): void => {
  if (!isMediaType(request.headers['content-type'], wanted)) {
    throw refusal('content_type_unsupported')
  }
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw refusal('content_encoding_unsupported')
}

/** @throws HttpProblem 413 when the announced length is over the limit */
const checkLength = (request: IncomingMessage, maxBytes: number): void => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw refusal('body_too_large')
}

/**
 * The body, counted while it arrives.
 * @throws HttpProblem 413 as soon as it is over the limit, 408 when it takes too long, 400 when it breaks off
 */
const readBody = (request: IncomingMessage, maxBytes: number, limitMs: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      request.removeAllListeners('data')
      request.removeAllListeners('end')
      finish()
    }
    const late = () => settle(() => reject(refusal('request_timeout')))
    const timer = setTimeout(late, limitMs).unref()
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size > maxBytes) settle(() => reject(refusal('body_too_large')))
      else parts.push(part)
    })
    request.on('end', () => settle(() => resolve(Buffer.concat(parts))))
    request.once('error', (cause) => settle(() => reject(refusal('body_incomplete', { cause }))))
  })

/**
 * Content type, then size, then JSON; the shape is checked after it. Streams are read by their handlers.
 * @param limitMs how long a body may take to arrive
 */
export const body = (spec: Body<unknown> | undefined, limitMs = arrivalLimitMs): RequestHandler => {
  const read = (request: IncomingMessage, maxBytes: number) => readBody(request, maxBytes, limitMs)
  return async (request, response, next) => {
    if (spec === undefined) return next()
    if (spec.type === 'bytes' && spec.optional && !hasBody(request)) return next()
    if (spec.type !== 'json') {
      checkMediaType(request, spec.mediaType)
      checkLength(request, spec.maxBytes)
      if (spec.type === 'bytes') localsOf(response).body = await read(request, spec.maxBytes)
      return next()
    }
    const sent = hasBody(request)
    if (!sent && spec.optional) {
      localsOf(response).body = {}
      return next()
    }
    checkMediaType(request, 'application/json')
    checkLength(request, maxJsonBytes)
    localsOf(response).body = parseJson(await read(request, maxJsonBytes))
    next()
  }
}
