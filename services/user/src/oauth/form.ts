import type { HttpRequest } from './http.ts'

/** What a page's form sent. A field that comes twice counts as it came first. */
export const formOf = ({ body }: HttpRequest): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString())) {
    if (!fields.has(name)) fields.set(name, value)
  }
  return fields
}

/**
 * Whether a form was sent from a page of ours, by the browser's own word. One that says nothing has at least the cookie of this very
 * interaction, which goes with no request from another site (SameSite), and knows its name, which no other site does.
 */
export const isFromHere = ({ headers }: HttpRequest): boolean => {
  const site = headers.find(({ name }) => name === 'sec-fetch-site')?.value
  return site === undefined || site === 'same-origin' || site === 'none'
}
