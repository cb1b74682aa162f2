import { html } from './html.ts'
import { type Page, page } from './page.ts'

type Told = { readonly title: string; readonly advice: string }

/** What a person can do about an error that no client is told of (RFC 6749 4.1.2.1). */
const told: Readonly<Record<string, Told>> = {
  invalid_client: {
    title: 'Unknown application',
    advice: 'The application that sent you here is not registered with us. Do not go on with it.',
  },
  invalid_redirect_uri: {
    title: 'Wrong address',
    advice:
      'The application that sent you here names an address that is not registered for it. Do not go on with it.',
  },
  expired: {
    title: 'This page has expired',
    advice: 'Go back to the application and start again.',
  },
  other_site: {
    title: 'Not from here',
    advice: 'This was sent from another site. Go back to the application and start again.',
  },
}

const otherwise: Told = {
  title: 'This did not work',
  advice: 'Go back to the application and try again. If it happens again, tell its makers this:',
}

/** @param code of RFC 6749, or one of those above */
export const errorPage = (status: number, code: string, description = ''): Page => {
  const { title, advice } = told[code] ?? otherwise
  const detail = description === '' ? code : `${code}: ${description}`
  const body = html`<h1>${title}</h1>
    <p>${advice}</p>
    <p class="soft">${detail}</p>`
  return page({ title, body, status })
}
