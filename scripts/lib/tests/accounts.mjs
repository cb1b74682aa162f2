import { existsSync, readFileSync } from 'node:fs'
import { Fault } from '../terminal/fault.mjs'

const advice =
  'It is { "admin": { "email": ..., "password": ... }, ... }, as "npm run compose -- prepare" writes it.'

const textOf = (file, env) => {
  if (file === undefined) return env.MICROMART_ACCOUNTS
  if (!existsSync(file)) throw new Fault(`There is no ${file}`, { advice })
  return readFileSync(file, 'utf8')
}

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whom tests log in as: `{ admin: { email, password }, ... }`.
 * @param file with it; without one the environment holds the text
 * @throws Fault, which repeats nothing of it, when the admin is not there
 */
export const readAccounts = (file, env = process.env) => {
  const text = textOf(file, env)
  if (!text)
    throw new Fault('There are no accounts: --accounts FILE, or MICROMART_ACCOUNTS', { advice })
  const { admin, ...others } = parsed(text) ?? {}
  if (admin?.email && admin.password) return { admin, ...others }
  throw new Fault(`${file ?? 'MICROMART_ACCOUNTS'} names no admin with e-mail and password`, {
    advice,
  })
}
