import { parseCookie, stringifySetCookie } from 'cookie'
import type { Input } from '../http/route.ts'

/** How a guest's cart is named: by the header, which beats the cookie. */
export type CartToken = { readonly token: string; readonly from: 'header' | 'cookie' }

const headerName = 'X-Cart-Token'
const monthSeconds = 30 * 24 * 3600
const form = /^[A-Za-z0-9_-]{16,128}$/

type Sent = Pick<Input<unknown, unknown, unknown>, 'header' | 'https' | 'caller'>

/** `__Host-` binds the cookie to this host, over HTTPS only (S51). */
const cookieName = (https: boolean): string => (https ? '__Host-mm_cart' : 'mm_cart')

/** A request that another site caused opens no cart by the cookie, whatever SameSite made of it. */
const isOwnSite = ({ header }: Sent): boolean => {
  const site = header('Sec-Fetch-Site')
  return site === undefined || site === 'same-origin' || site === 'none'
}

const fromCookie = (sent: Sent): string | undefined => {
  const cookies = sent.header('Cookie')
  if (cookies === undefined || !isOwnSite(sent)) return undefined
  return parseCookie(cookies)[cookieName(sent.https)]
}

/** The guest's token that came with a request; a text that cannot be one counts as none. */
export const sentCartToken = (sent: Sent): CartToken | undefined => {
  const header = sent.header(headerName)
  if (header !== undefined && form.test(header)) return { token: header, from: 'header' }
  if (header !== undefined) return undefined
  const cookie = fromCookie(sent)
  return cookie !== undefined && form.test(cookie) ? { token: cookie, from: 'cookie' } : undefined
}

/** What cart RPCs are asked with: a member's cart is named by the user's token alone. */
export const cartName = (sent: Sent): { readonly cartToken?: string } => {
  const token = sent.caller.kind === 'user' ? undefined : sentCartToken(sent)?.token
  return token === undefined ? {} : { cartToken: token }
}

const setCookie = (value: string, https: boolean, maxAge: number): string =>
  stringifySetCookie({
    name: cookieName(https),
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: https,
  })

/**
 * Headers of a cart's answer: a minted token by header and cookie; one sent by header is said again.
 * @param isKnown whether the cart service has a cart under the sent token: one that it does not know is never said back
 */
export const cartTokenHeaders = (
  minted: string | undefined,
  isKnown: boolean,
  sent: Sent,
): Readonly<Record<string, string>> => {
  if (minted !== undefined) {
    return { [headerName]: minted, 'Set-Cookie': setCookie(minted, sent.https, monthSeconds) }
  }
  const token = sent.caller.kind === 'user' || !isKnown ? undefined : sentCartToken(sent)
  return token?.from === 'header' ? { [headerName]: token.token } : {}
}

/** Forgets the cookie of a cart that is part of the member's now. */
export const forgetCartCookie = ({ https }: Sent): Readonly<Record<string, string>> => ({
  'Set-Cookie': setCookie('', https, 0),
})
