import { shopHome } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'
import { demoAccountsFile } from './demo-accounts.mjs'
import { readRun } from './run-file.mjs'
import { readJson } from './secrets.mjs'

/** Options of every script that asks a running shop as its staff. */
export const staffOptions = {
  url: { type: 'string' },
  account: { type: 'string', default: 'admin' },
}

const ownGateway = () => {
  const port = readRun(shopHome)?.ports?.gateway?.public ?? 8080
  return `http://127.0.0.1:${port}`
}

const gatewayOf = (text = process.env.MICROMART_URL || ownGateway()) => {
  const advice = 'It is the address of a gateway, such as http://127.0.0.1:8080.'
  if (!URL.canParse(text)) throw new Fault(`"${text}" is no URL`, { advice })
  return text
}

const fromEnvironment = () => {
  const [, email, password] = /^([^:]+):(.+)$/.exec(process.env.MICROMART_ACCOUNT ?? '') ?? []
  if (!email) throw new Fault('MICROMART_ACCOUNT is not set', { advice: 'It is email:password.' })
  return { email, password }
}

const accountOf = (name) => {
  if (name === 'env') return fromEnvironment()
  const account = readJson(demoAccountsFile(shopHome))[name]
  const advice = 'Run "npm start" first, or name another one with --account.'
  if (!account) throw new Fault(`There is no demo account "${name}"`, { advice })
  return account
}

const request = async (url, options) => {
  try {
    return await fetch(url, options)
  } catch (cause) {
    const advice =
      'Does the shop run (npm run status)? "npm start" starts it; --url names another one.'
    throw new Fault(`No shop answers at ${url.origin}`, { advice, cause })
  }
}

const advices = {
  401: 'The account is not known there: name another one with --account.',
  429: 'Too many requests: try again in a minute.',
  503: 'A part of the shop does not answer: npm run status says which.',
}

const wrongFields = (errors = []) =>
  errors.map(({ path, message }) => `${path || 'the whole'} ${message}`).join('; ')

/** @throws Fault saying what was answered, and what to do */
const answerOf = async (url, options, known) => {
  const answer = await request(url, options)
  const body = await answer.json().catch(() => ({}))
  if (answer.ok) return { body, headers: answer.headers }
  const { code = '', detail = '', errors } = body
  const said = [url.pathname, 'answered', answer.status, code, detail, wrongFields(errors)]
  const advice = known[answer.status] ?? advices[answer.status] ?? 'The logs are in var/log.'
  throw new Fault(said.filter(Boolean).join(' '), { advice })
}

/** Which shop, and as whom: what those options name. */
export const staffNamed = ({ url, account }) => ({
  gateway: gatewayOf(url),
  account: accountOf(account),
})

/**
 * The API of a running shop, as one of its staff.
 * @param known advices by status, for what this script asks
 * @param patienceMs how long an answer may take
 * @returns `(method, path, { body, headers }) => ({ body, headers })`; it throws a Fault for what is refused
 */
export const adminApi = async ({ gateway, account }, known, patienceMs = 20_000) => {
  const send = (method, path, { body, headers = {} } = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    }
    return answerOf(new URL(path, gateway), sent, known)
  }
  const { email, password } = account
  const login = await send('POST', '/v1/auth/login', { body: { email, password } })
  const authorization = `Bearer ${login.body.accessToken}`
  return (method, path, { body, headers } = {}) =>
    send(method, path, { body, headers: { ...headers, authorization } })
}
