import { html, type Html } from './html.ts'
import { contentSecurityPolicy, style } from './style.ts'

/** A page with its status, its policy and what else its answer says. */
export type Page = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Content = {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /** Where an answer to its forms may lead, besides us. */
  readonly redirects?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** As it is, to the last blank: the policy names its hash. */
const styleElement: Html = { markup: `<style>${style}</style>` }

const document = (title: string, body: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - MicroMart</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <p class="brand">MicroMart</p>
          ${body}
        </main>
      </body>
    </html> `

export const page = ({ title, body, status = 200, redirects = [], headers }: Content): Page => ({
  status,
  headers: {
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(redirects),
  },
  body: document(title, body).markup,
})
