import type { OAuthScope } from '../../model/oauth-scopes.ts'
import { html } from './html.ts'
import type { Asker } from './login.ts'
import { type Page, page } from './page.ts'

/** What a scope lets a client do, in words for whoever is asked. */
const meanings: Readonly<Record<OAuthScope, string>> = {
  openid: 'know that it is you when you come back',
  profile: 'see your name',
  email: 'see your e-mail address',
  offline_access: 'go on while you are away, until you end it or for 90 days at most',
  account: 'see and change your account and your addresses, and delete your account',
  cart: 'see and change your cart',
  orders: 'place orders for you, and see, pay and cancel them',
  'catalog:write': 'change the catalogue',
  'stock:write': 'change stock',
  'orders:read': 'see the orders of all customers',
  'orders:refund': 'pay money back to customers',
  'orders:ship': 'ship and deliver orders',
  'users:read': 'see all accounts',
  'users:write': 'change the roles of accounts',
  'clients:write': 'register and remove applications',
  ops: 'operate the shop: audit log, dead letters, books',
}

export type Consent = {
  readonly asker: Asker
  readonly homePage: string | undefined
  readonly email: string
  readonly scopes: readonly OAuthScope[]
  readonly action: (step: string) => string
}

/** Where the answer goes, as a person can judge it: a host, or the name of an application's own scheme. */
const placeOf = (uri: string): string => {
  const { host, protocol } = new URL(uri)
  return host === '' ? protocol.slice(0, -1) : host
}

/** Who asks, as whom, for what, and where it goes: all that a person needs to decide. */
export const consentPage = ({ asker, homePage, email, scopes, action }: Consent): Page => {
  const { clientName, redirectUri } = asker
  const home = homePage && html`Its maker gives <strong>${homePage}</strong> as its home.`
  const body = html`<h1>Allow ${clientName}?</h1>
    <p class="soft">You are signed in as <strong>${email}</strong>.</p>
    <form method="post" action="${action('switch')}">
      <button class="link">Use another account</button>
    </form>
    <p id="asked"><strong>${clientName}</strong> asks to</p>
    <ul aria-labelledby="asked">
      ${scopes.map((scope) => html` <li>${meanings[scope]}</li>`)}
    </ul>
    <p class="soft">
      Your answer goes to <strong>${placeOf(redirectUri)}</strong>. ${home} Allow only what you
      know.
    </p>
    <form method="post" action="${action('consent')}">
      <button>Allow</button>
    </form>
    <form method="post" action="${action('cancel')}">
      <button class="plain">Refuse</button>
    </form>`
  return page({ title: `Allow ${clientName}?`, body, redirects: [redirectUri] })
}
