import { html, type Html } from './html.ts'
import { type Page, page } from './page.ts'

export type Logout = {
  /** The client that asks for it, if it said who it is. */
  readonly clientName?: string | undefined
  /** Where it wants its user back. */
  readonly redirectUri?: string | undefined
  readonly action: string
  /** Of this browser's session: a form from elsewhere doesn't have it. */
  readonly secret: string
}

const form = ({ action, secret }: Logout, buttons: Html): Html =>
  html` <form method="post" action="${action}">
    <input type="hidden" name="xsrf" value="${secret}" />
    ${buttons}
  </form>`

const goOn = html`<button name="logout" value="yes">Go on</button>`

const shown = ({ redirectUri }: Logout, title: string, body: Html): Page =>
  page({ title, body, redirects: redirectUri === undefined ? [] : [redirectUri] })

export const logoutPage = (of: Logout): Page => {
  const { clientName } = of
  const who = clientName && html`<strong>${clientName}</strong> signs you out. `
  const buttons = html`<button name="logout" value="yes">Sign out</button>
    <button class="plain">Stay signed in</button>`
  const body = html`<h1>Sign out?</h1>
    <p>${who}You are still signed in at MicroMart in this browser.</p>
    ${form(of, buttons)}`
  return shown(of, 'Sign out?', body)
}

/** Nobody is signed in: there is nothing to ask, only a way to go on. */
export const signedOutPage = (of: Logout): Page =>
  shown(
    of,
    'Signed out',
    html`<h1>You are signed out</h1>
      ${form(of, goOn)}`,
  )

/** Another account has signed in in this browser since the page was opened: it is signed out before the new one goes on. */
export const switchPage = (of: Logout): Page => {
  const body = html`<h1>Change accounts?</h1>
    <p>Another account has signed in in this browser meanwhile. It is signed out when you go on.</p>
    ${form(of, goOn)}`
  return shown(of, 'Change accounts?', body)
}

/** The end of a logout whose client wants its user nowhere. */
export const loggedOutPage = (): Page => {
  const body = html`<h1>You are signed out</h1>
    <p>You can close this page.</p>`
  return page({ title: 'Signed out', body })
}
