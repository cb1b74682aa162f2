import { refusal } from '../problem/problem.ts'

const decode = (text: string): string => {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    if (decoded.includes('\0')) throw refusal('url_malformed')
    return decoded
  } catch (cause) {
    throw refusal('url_malformed', { cause })
  }
}

/**
 * The query of a URL under one rule: each key once, well encoded, no nesting (S43, S44). Keys that a route does not
 * know are left to it, and ignored.
 * @throws HttpProblem 400 `url_malformed`, `query_repeated`
 */
export const parseQuery = (url: string): Readonly<Record<string, string>> => {
  const found = new Map<string, string>()
  const start = url.indexOf('?')
  if (start === -1) return {}
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue
    const split = pair.indexOf('=')
    const key = decode(split === -1 ? pair : pair.slice(0, split))
    if (found.has(key)) throw refusal('query_repeated')
    found.set(key, split === -1 ? '' : decode(pair.slice(split + 1)))
  }
  return Object.fromEntries(found)
}
