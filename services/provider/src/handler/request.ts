import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { DomainError } from '@micromart/kernel'

const bodyLimit = 16 * 1024

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** Compares hashes, so that neither length nor content can be timed. */
export const requireKey = (request: IncomingMessage, key: string): void => {
  const given = request.headers.authorization ?? ''
  if (!timingSafeEqual(sha256(given), sha256(`Bearer ${key}`))) {
    throw new DomainError('unauthenticated', 'key_refused')
  }
}

/** A body as text, of 16 KiB at most. */
export const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new DomainError('invalid', 'body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The JSON body; undefined where there is none. */
export const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const text = await textOf(request)
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new DomainError('invalid', 'body_not_json', {}, { cause })
  }
}
