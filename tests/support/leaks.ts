import type { Remain } from './remains.ts'

/** What is sought, by its name; each a text that nothing else could hold by chance. */
export type Secrets = Readonly<Record<string, string>>

/** Where something may be found, what, and why. */
export type Homes<What extends string = string> = readonly (readonly [
  RegExp,
  readonly What[],
  string,
])[]

/** A text in the middle of something that is kept as base64: how it looks depends on where it begins. */
const inBase64 = (text: string): readonly string[] =>
  [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3))
    return whole.toString('base64').slice(shift === 0 ? 0 : 4)
  })

/** How a text looks wherever it may stand. */
export const formsOf = (text: string): readonly string[] => [
  ...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]),
  Buffer.from(text).toString('hex'),
  ...inBase64(text),
  // An opaque token as the bytes that it encodes.
  ...(/^[\w-]{32,}$/.test(text) ? [Buffer.from(text, 'base64url').toString('hex')] : []),
]

type Sought = readonly (readonly [what: string, forms: readonly string[]])[]

const soughtOf = (secrets: Secrets): Sought =>
  Object.entries(secrets).map(([what, text]) => [what, formsOf(text)])

/** What a place holds of it. */
const heldIn = (text: string, sought: Sought): readonly string[] =>
  sought.filter(([, forms]) => forms.some((form) => text.includes(form))).map(([what]) => what)

/** Which secrets stand where they should not: `place: what`. */
export const leaks = (
  remains: readonly Remain[],
  secrets: Secrets,
  homes: Homes = [],
): readonly string[] => {
  const sought = soughtOf(secrets)
  const atHome = (place: string, what: string) =>
    homes.some(([where, whats]) => where.test(place) && whats.includes(what))
  const found = remains.flatMap(({ place, text }) =>
    heldIn(text, sought)
      .filter((what) => !atHome(place, what))
      .map((what) => `${place}: ${what}`),
  )
  return [...new Set(found)]
}

/** The homes that hold something; one that holds nothing is none. */
export const livedIn = (remains: readonly Remain[], secrets: Secrets, homes: Homes): Homes => {
  const sought = soughtOf(secrets)
  return homes.filter(([where, whats]) =>
    remains.some(
      ({ place, text }) =>
        where.test(place) && heldIn(text, sought).some((what) => whats.includes(what)),
    ),
  )
}
