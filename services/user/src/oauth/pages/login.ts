import { html, type Html } from './html.ts'
import { type Page, page } from './page.ts'

/** Why the page is shown again. */
export type LoginFault = {
  readonly status: number
  readonly message: string
  /** For how long, in whole seconds. */
  readonly retryAfter?: string | undefined
}

/** For whom somebody logs in, and where his answer leads. */
export type Asker = { readonly clientName: string; readonly redirectUri: string }

type Shown = {
  readonly asker: Asker
  /** Where the page's forms go, by their step. */
  readonly action: (step: string) => string
  readonly fault?: LoginFault | undefined
}

const faultOf = (fault: LoginFault | undefined): Html | undefined =>
  fault && html`<p class="fault" role="alert" id="fault">${fault.message}</p>`

const marks = (fault: LoginFault | undefined): Html | undefined =>
  fault && html` aria-invalid="true" aria-describedby="fault"`

const focus = (isFirst: boolean): Html | undefined => (isFirst ? html` autofocus` : undefined)

const cancel = (action: Shown['action']): Html =>
  html` <form method="post" action="${action('cancel')}">
    <button class="plain">Cancel</button>
  </form>`

const shown = ({ asker, fault }: Shown, title: string, body: Html): Page =>
  page({
    title,
    body,
    status: fault?.status ?? 200,
    redirects: [asker.redirectUri],
    ...(fault?.retryAfter !== undefined && { headers: { 'retry-after': fault.retryAfter } }),
  })

/** E-mail and password; what was typed as e-mail is shown again. */
export const loginPage = (of: Shown, email: string): Page => {
  const { asker, action, fault } = of
  const body = html`<h1>Sign in</h1>
    <p class="soft">to go on to <strong>${asker.clientName}</strong></p>
    ${faultOf(fault)}
    <form method="post" action="${action('login')}">
      <label for="email">E-mail</label>
      <input
        id="email"
        name="email"
        type="email"
        value="${email}"
        autocomplete="username"
        maxlength="254"
        required${focus(email === '')}${marks(fault)}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required${focus(email !== '')}${marks(fault)}
      />
      <button>Sign in</button>
    </form>
    ${cancel(action)}`
  return shown(of, 'Sign in', body)
}

/** The second factor, once the password is proven. */
export const codePage = (of: Shown): Page => {
  const { action, fault } = of
  const described = fault ? 'hint fault' : 'hint'
  const body = html`<h1>Enter your code</h1>
    <p class="soft" id="hint">
      The six digits that your authenticator app shows now, or one of your recovery codes.
    </p>
    ${faultOf(fault)}
    <form method="post" action="${action('code')}">
      <label for="code">Code</label>
      <input
        id="code"
        name="code"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck="false"
        maxlength="64"
        required
        autofocus
        aria-describedby="${described}"
        ${fault && html` aria-invalid="true"`}
      />
      <button>Go on</button>
    </form>
    <form method="post" action="${action('restart')}">
      <button class="link">Use another account</button>
    </form>
    ${cancel(action)}`
  return shown(of, 'Enter your code', body)
}
