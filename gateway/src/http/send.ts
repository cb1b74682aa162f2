import type { Request, Response } from 'express'
import type { Answer, Route } from './route.ts'

/** `If-None-Match` by weak comparison (RFC 9110 13.1.2). */
export const matchesEtag = (header: string | undefined, etag: string): boolean => {
  if (header === undefined) return false
  if (header === etag || header === '*') return true
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag)
}

const isFresh = (request: Request, response: Response, answer: Answer): boolean => {
  const etag = response.getHeader('ETag')
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  if (answer.status !== 200 || typeof etag !== 'string') return false
  return matchesEtag(request.headers['if-none-match'], etag)
}

const contentOf = ({ json, bytes }: Answer) =>
  bytes ?? {
    type: 'application/json; charset=utf-8',
    content: json === undefined ? '' : JSON.stringify(json),
  }

/** Writes an answer. What is not said to be public is kept by nobody (S53). */
export const send = async (
  route: Route,
  request: Request,
  response: Response,
  answer: Answer,
): Promise<void> => {
  if (!route.public) response.setHeader('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, value)
  }
  if (isFresh(request, response, answer)) return void response.status(304).end()
  response.statusCode = answer.status
  if (answer.write) return answer.write(response)
  if (answer.json === undefined && answer.bytes === undefined) return void response.end()
  const { type, content } = contentOf(answer)
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(content))
  response.end(content)
}
