import { createHash } from 'node:crypto'

/** Colours keep a contrast of 4.5 and more in both schemes (WCAG 2.2, 1.4.3); nothing is told by colour alone. */
export const style = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --page: #f6f8fa; --card: #fff; --line: #8c959f;
  --accent: #0a5c36; --on-accent: #fff; --fault: #a40e26; --fault-page: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #a5afba; --page: #0d1117; --card: #161b22;
  --line: #768390; --accent: #4ac26b; --on-accent: #04260f; --fault: #ffaba8; --fault-page: #3c1618; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 26rem; margin: 4vh auto 0; padding: 1.5rem; background: var(--card); border-radius: .75rem;
  border: 1px solid var(--line); overflow-wrap: anywhere; }
.brand { margin: 0 0 1rem; font-weight: 700; color: var(--accent); }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: .5rem 0; }
.soft { color: var(--soft); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid="true"] { border-color: var(--fault); border-width: 2px; }
button { width: 100%; min-height: 2.75rem; margin-top: 1.25rem; padding: .6rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem; }
button.plain { margin-top: .75rem; color: var(--text); background: transparent; border-color: var(--line); }
form + form > button.link { margin-top: .75rem; }
button.link { width: auto; min-height: 1.5rem; margin: 0; padding: 0; color: var(--accent); background: none; border: 0;
  font-weight: 400; text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.fault { margin: 1rem 0 0; padding: .6rem .8rem; color: var(--fault); background: var(--fault-page); border-radius: .5rem;
  border-left: .25rem solid var(--fault); }
ul { margin: 1rem 0; padding-left: 1.25rem; }
li { margin: .4rem 0; }
`

const digest = createHash('sha256').update(style).digest('base64')

/** What a form's answer may lead to: a redirect counts, and the client's address is one. `[::1]` cannot be named there. */
const target = (uri: string): string => {
  const { protocol, origin, hostname } = new URL(uri)
  const isNamed = (protocol === 'https:' || protocol === 'http:') && !hostname.startsWith('[')
  return isNamed ? origin : protocol
}

/**
 * Nothing but our own style; in no frame; forms go to us alone, and on to where the client is.
 * @param redirects where an answer to the page's forms may lead
 */
export const contentSecurityPolicy = (redirects: readonly string[]): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    "base-uri 'none'",
    ["form-action 'self'", ...redirects.map(target)].join(' '),
    "frame-ancestors 'none'",
  ].join('; ')
