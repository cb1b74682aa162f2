import type { Request } from 'express'

/** How a request is known to have come, and from where: by our own socket, or by a trusted proxy's word. */
export type Transport = {
  readonly isHttps: (request: Request) => boolean
  readonly addressOf: (request: Request) => string | undefined
}

/** Reads a request's headers by name, whatever its case. */
export const headerOf =
  (request: Request) =>
  (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
