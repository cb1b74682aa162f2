/** One request of HTTP, without following anything. */
export type Exchange = (request: {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}) => Promise<{
  readonly status: number
  /** `set-cookie` may come several times. */
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: string
}>

type Cookie = { readonly value: string; readonly path: string }

/** What a browser shows, or where it was sent that is not of this site. */
export type Visit = {
  readonly url: URL
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: string
  /** The statuses on the way, the last one included. */
  readonly statuses: readonly number[]
  /** What the page says, without markup. */
  readonly text: string
}

type Fields = Readonly<Record<string, string>>

const entities: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}

const decoded = (text: string): string =>
  text.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, (entity) => entities[entity] ?? entity)

const textOf = (markup: string): string =>
  decoded(markup.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim()

const attribute = (tag: string, name: string): string | undefined => {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? []
  return value === undefined ? undefined : decoded(value)
}

type Form = { readonly action: string; readonly fields: Fields }

/** The form with this button, with what its fields and the button hold. */
const formWith = (body: string, button: string): Form => {
  for (const [, head = '', inside = ''] of body.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const buttons = [...inside.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)]
    const pressed = buttons.find(([, , label = '']) => textOf(label) === button)
    if (!pressed) continue
    const tags = [...inside.matchAll(/<input([^>]*)>/g), pressed].map(([, tag = '']) => tag)
    const named = tags.flatMap((tag) => {
      const name = attribute(tag, 'name')
      return name === undefined ? [] : [[name, attribute(tag, 'value') ?? ''] as const]
    })
    return { action: attribute(head, 'action') ?? '', fields: Object.fromEntries(named) }
  }
  throw new Error(`no form with the button "${button}" in: ${textOf(body)}`)
}

/** Keeps cookies by name and path, as far as one host needs. */
const cookieJar = () => {
  const kept = new Map<string, Cookie>()
  return {
    keep: (setCookie: string): void => {
      const [pair = '', ...attributes] = setCookie.split(/;\s*/)
      const [name = '', ...rest] = pair.split('=')
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/'
      const expires = attributes.find((text) => /^expires=/i.test(text))?.slice(8)
      const isOver = expires !== undefined && Date.parse(expires) <= Date.now()
      if (isOver) kept.delete(`${name} ${path}`)
      else kept.set(`${name} ${path}`, { value: rest.join('='), path })
    },
    header: ({ pathname }: URL): string =>
      [...kept]
        .filter(
          ([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')),
        )
        .map(([key, { value }]) => `${key.split(' ', 1)[0] ?? ''}=${value}`)
        .join('; '),
    names: (): readonly string[] => [...kept.keys()].map((key) => key.split(' ', 1)[0] ?? ''),
  }
}

const mostRedirects = 10

/**
 * A browser for the pages of one site: it keeps cookies, follows redirects as long as they stay, fills in and sends forms. It runs no
 * script, and none is needed.
 */
export const browser = (origin: string, exchange: Exchange) => {
  const jar = cookieJar()

  const ask = async (method: 'GET' | 'POST', url: URL, sent: Fields, body?: string) => {
    const cookie = jar.header(url)
    const headers = { accept: 'text/html', ...sent, ...(cookie !== '' && { cookie }) }
    const answer = await exchange({ method, url, headers, ...(body !== undefined && { body }) })
    const pairs = [...answer.headers]
    for (const [name, value] of pairs) if (name === 'set-cookie') jar.keep(value)
    const header = (wanted: string) => pairs.find(([name]) => name === wanted)?.[1]
    return { url, status: answer.status, body: answer.body, header }
  }

  const follow = async (first: Awaited<ReturnType<typeof ask>>): Promise<Visit> => {
    const statuses = [first.status]
    let at = first
    while (at.header('location') !== undefined && statuses.length < mostRedirects) {
      const url = new URL(at.header('location') ?? '', at.url)
      if (url.origin !== origin) return { ...at, url, statuses, text: '' }
      at = await ask('GET', url, { 'sec-fetch-site': 'same-origin' })
      statuses.push(at.status)
    }
    return { ...at, statuses, text: textOf(at.body) }
  }

  return {
    cookies: jar.names,
    /** Opens an address, as from another site's link. */
    open: async (url: string | URL): Promise<Visit> =>
      follow(await ask('GET', new URL(url, origin), { 'sec-fetch-site': 'cross-site' })),
    /** Fills in the form that has this button, and presses it. */
    press: async (page: Visit, button: string, typed: Fields = {}, sent: Fields = {}) => {
      const { action, fields } = formWith(page.body, button)
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...sent,
      }
      const body = new URLSearchParams({ ...fields, ...typed }).toString()
      return follow(await ask('POST', new URL(action, page.url), headers, body))
    },
  }
}

export type Browser = ReturnType<typeof browser>
