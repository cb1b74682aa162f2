const longest = 500
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Schemes that a browser acts on by itself; and those of files and mail. */
const forbidden = /^(?:javascript|vbscript|data|blob|file|about|mailto|ws|wss|ftp):$/

/** RFC 8252 7.1: a private scheme is a domain name of its owner, reversed. */
const isPrivateScheme = (protocol: string): boolean =>
  protocol.includes('.') && !forbidden.test(protocol)

const isWebUri = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))

const hasFault = (text: string, { href, hash, username, password }: URL): boolean =>
  text.includes('#') ||
  hash !== '' ||
  username !== '' ||
  password !== '' ||
  text.includes('*') ||
  (href !== text && href !== `${text}/`) // written as it is compared: no `..`, no default port, no capitals

/**
 * Why a text cannot be a redirect URI; undefined when it can. HTTPS everywhere, plain HTTP on the loopback only, private schemes
 * for native applications. They are compared as whole texts (RFC 9700 4.1.3).
 */
export const redirectUriFault = (text: string, isNative: boolean): string | undefined => {
  if (text.length > longest) return `has at most ${String(longest)} characters`
  const uri = URL.parse(text)
  if (!uri) return 'is no absolute URI'
  if (hasFault(text, uri)) return 'is not in its plain form: no fragment, user, wildcard or detour'
  if (isWebUri(uri) || (isNative && isPrivateScheme(uri.protocol))) return undefined
  return isNative
    ? 'is neither HTTPS, nor on the loopback, nor a private scheme with a dot'
    : 'is neither HTTPS nor on the loopback'
}
