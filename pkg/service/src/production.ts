import type { Sidecar } from '@micromart/dapr'

/** Where a shop runs: `local` is for nobody but who starts it. */
export const shopEnvironments = ['production', 'local'] as const

/** What a process has read, whatever it reads. */
type Judged = { readonly [name: string]: unknown }

const shortest = 16
const fewestSigns = 8

/** What people put in until they find something better. */
const defaults =
  /secret|password|passwort|change.?me|default|example|micromart|admin|root|guest|test|todo/gi

/** Whether a text can be guessed: short, of few different signs, or made of what everybody tries. */
const isWeakSecret = (text: string): boolean => {
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

const isStrongToken = (value: unknown): boolean => typeof value === 'string' && !isWeakSecret(value)

const tokenWanted = `production takes a token of at least ${String(shortest)} random characters`

/** What production refuses of a process's settings, among those that it reads. */
export const productionFaults = (read: Judged): readonly string[] => {
  const { SHOP_ENV, ISSUER_URL, DAPR_HTTP_PORT, DAPR_API_TOKEN, APP_PORT, APP_API_TOKEN } = read
  if (SHOP_ENV !== 'production') return []
  const isClear = ISSUER_URL !== undefined && !String(ISSUER_URL).startsWith('https://')
  const isOpen = DAPR_HTTP_PORT !== undefined && !isStrongToken(DAPR_API_TOKEN)
  const isAnybodys = APP_PORT !== undefined && !isStrongToken(APP_API_TOKEN)
  return [
    ...(isClear ? ['ISSUER_URL: production takes an https address'] : []),
    ...(isOpen ? [`DAPR_API_TOKEN: ${tokenWanted}`] : []),
    ...(isAnybodys ? [`APP_API_TOKEN: ${tokenWanted}`] : []),
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
