import type { Sidecar } from '@micromart/dapr'

/** Where a shop runs: `local` is for nobody but who starts it. */
export const shopEnvironments = ['production', 'local'] as const

/** What `local` settings may lack. */
type Judged = {
  readonly SHOP_ENV?: unknown
  readonly ISSUER_URL?: unknown
  readonly APP_PORT?: unknown
  readonly DAPR_API_TOKEN?: unknown
  readonly APP_API_TOKEN?: unknown
}

const shortest = 16
const fewestSigns = 8

/** What people put in until they find something better. */
const defaults =
  /secret|password|passwort|change.?me|default|example|micromart|admin|root|guest|test|todo/gi

/** Whether a text can be guessed: short, of few different signs, or made of what everybody tries. */
export const isWeakSecret = (text: string): boolean => {
  const own = text.replaceAll(defaults, '')
  return own.length < shortest || new Set(own).size < fewestSigns
}

/** What is secret in a value: the password of an address, each of a list, or all of it. */
const secretsIn = (value: string): readonly string[] => {
  if (!URL.canParse(value)) return value.split(',').map((each) => each.trim())
  return [decodeURIComponent(new URL(value).password)]
}

/**
 * Refuses a secret that protects nothing.
 * @throws Error that names it and never shows it
 */
export const requireStrongSecret = (name: string, value: string): string => {
  if (!secretsIn(value).some(isWeakSecret)) return value
  throw new Error(
    `the secret ${name} is a default, or shorter than ${String(shortest)} characters of its own: production does not start with it`,
  )
}

const isHttps = (url: unknown): boolean => typeof url === 'string' && url.startsWith('https://')

const tokenFault = (name: string, value: unknown): string[] =>
  typeof value === 'string' && !isWeakSecret(value)
    ? []
    : [`${name}: production takes a token of at least ${String(shortest)} random characters`]

/** What production refuses in a process's settings; nothing in `local`, and in settings that know of no such place. */
export const productionFaults = (read: Judged): readonly string[] => {
  if (read.SHOP_ENV !== 'production') return []
  return [
    ...(isHttps(read.ISSUER_URL) ? [] : ['ISSUER_URL: production takes an https address']),
    ...tokenFault('DAPR_API_TOKEN', read.DAPR_API_TOKEN),
    ...(read.APP_PORT === undefined ? [] : tokenFault('APP_API_TOKEN', read.APP_API_TOKEN)),
  ]
}

/**
 * The sidecar as production reads secrets from it: a weak one stops the start.
 * @param env SHOP_ENV
 */
export const strictSecrets = (sidecar: Sidecar, env: (typeof shopEnvironments)[number]): Sidecar =>
  env === 'local'
    ? sidecar
    : { ...sidecar, secret: async (name) => requireStrongSecret(name, await sidecar.secret(name)) }
