import { Fault } from '../terminal/fault.mjs'

/** A first check of a million orders takes minutes; what it has found out by then, the next one need not read again. */
const patienceMs = 600_000

const request = async (url, options) => {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(patienceMs) })
  } catch (cause) {
    const advice =
      'Does the shop run (npm run status)? "npm start" starts it; --url names another one.'
    throw new Fault(`No shop answers at ${url.origin}`, { advice, cause })
  }
}

const advices = {
  401: 'The account is not known there: name another one with --account.',
  403: 'The account lacks the scope "ops": name another one with --account.',
  409: 'Another check is under way: try again in a minute.',
  429: 'Too many requests: try again in a minute.',
  503: 'A part of the shop does not answer: npm run status says which.',
  504: 'It took too long; what was found out is kept: try again.',
}

const answerOf = async (url, options) => {
  const answer = await request(url, options)
  const body = await answer.json().catch(() => ({}))
  if (answer.ok) return body
  const { code = '', detail = '' } = body
  const what = `${url.pathname} answered ${answer.status} ${code} ${detail}`.trim()
  throw new Fault(what, { advice: advices[answer.status] ?? 'The logs are in var/log.' })
}

const login = async (gateway, { email, password }) => {
  const { accessToken } = await answerOf(new URL('/v1/auth/login', gateway), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return accessToken
}

const isReport = ({ consistent, invariants }) =>
  typeof consistent === 'boolean' && Array.isArray(invariants) && invariants.length > 0

/**
 * The consistency report of a running shop, as GET /v1/admin/books answers it.
 * @throws Fault when it could not be found out
 */
export const readBooks = async ({ gateway, account, full }) => {
  const token = await login(gateway, account)
  const url = new URL(`/v1/admin/books?full=${full}`, gateway)
  const books = await answerOf(url, { headers: { authorization: `Bearer ${token}` } })
  if (!isReport(books)) throw new Fault(`${url} does not answer as a shop's books do`)
  return books
}
