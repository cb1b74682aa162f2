import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { judged } from './outcome.mjs'

/** What the shop's own code never does, or only in the places that are named here. */
const rules = [
  {
    id: 'no-code-from-text',
    why: 'text must not become code',
    pattern: /\beval\s*\(|\bnew Function\s*\(|from 'node:vm'/,
  },
  {
    id: 'no-child-process',
    why: 'a service starts no programs',
    pattern: /child_process|worker_threads/,
  },
  {
    id: 'outgoing-requests',
    why: 'no address that a user names is fetched (S56): who asks over HTTP, and whom, is known',
    pattern:
      /\bfetch\(|(?<!')\bhttps?\.(?:request|get)\b|\b(?:net|tls)\.(?:connect|createConnection)\(/,
    allowed: [
      'pkg/dapr/src/health.ts', // its own sidecar
      'services/payment/src/client/provider-request.ts', // the provider of its settings
      'services/provider/src/client/webhook-http.ts', // the simulated provider's one customer
    ],
  },
  {
    id: 'no-unverified-tls',
    why: 'a certificate that is not checked is none',
    pattern: /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity:/,
  },
  {
    id: 'no-weak-hash',
    why: 'MD5 and SHA-1 are broken',
    pattern: /(?:createHash|hash|createHmac)\(\s*'(?:md5|sha1)'/i,
  },
  {
    id: 'no-weak-cipher',
    why: 'without authentication, or a key that is guessed',
    pattern: /createCipheriv\(\s*'[^']*(?:cbc|ecb|ctr|rc4|des)/i,
  },
  {
    id: 'guessable-numbers',
    why: 'Math.random is for pauses alone; whatever must not be guessed comes from node:crypto',
    pattern: /Math\.random\(/,
    allowed: [
      'gateway/src/middleware/take-turn.ts',
      'pkg/store/src/sweeper.ts',
      'pkg/store/src/transaction.ts',
    ],
  },
  {
    id: 'no-own-cookies',
    why: 'one place writes cookies, with all that binds them (S51)',
    pattern: /Set-Cookie/i,
    allowed: [
      'gateway/src/routes/oauth-forward.ts', // lets those of the authorization server through, and no other
      'gateway/src/routes/cart-token.ts',
      'gateway/src/routes/cart.ts', // its name, for the document
      'gateway/src/middleware/problems.ts', // takes it away
    ],
  },
  {
    id: 'no-html',
    why: 'what the shop says in HTML is written in one place each, and escapes what it is told',
    pattern: /<!doctype html|<script\b/i,
    allowed: [
      'gateway/src/problem/problem-page.ts',
      'gateway/src/routes/docs.ts',
      'services/provider/src/handler/page.ts',
      'services/user/src/model/letters.ts',
      'services/user/src/oauth/pages/page.ts',
    ],
  },
  {
    id: 'no-disabled-checks',
    why: 'a check that is switched off says why beside it',
    pattern: /@ts-(?:ignore|nocheck)|(?:eslint|oxlint)-disable(?!-next-line\s[\w/-]+ -- )/,
    comments: true,
  },
]

const places = ['gateway/src', 'pkg', 'services']
const isElsewhere = (name) =>
  /(?:^|\/)(?:node_modules|generated|tests|fixtures)$|^pkg\/testing$/.test(name)

const filesIn = (folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) return isElsewhere(name) ? [] : filesIn(name)
    return name.endsWith('.ts') && !/\.(?:test|d)\.ts$/.test(name) ? [name] : []
  })

const withoutComments = (code) =>
  code
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|\s)\/\/ .*$/gm, '$1')

/** What a rule finds in a file, as `path:line rule: why`. */
export const violations = (file, code) => {
  const bare = withoutComments(code)
  return rules
    .filter(({ allowed = [] }) => !allowed.includes(file))
    .flatMap(({ id, why, pattern, comments }) =>
      (comments ? code : bare)
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${file}:${index + 1} ${id}: ${why}`] : [],
        ),
    )
}

/** Places that a rule allows and that do not need it any more. */
const idle = (codes) =>
  rules.flatMap(({ id, pattern, allowed = [] }) =>
    allowed
      .filter((file) => !pattern.test(withoutComments(codes.get(file) ?? '')))
      .map((file) => `${file} ${id}: is allowed what it does not do`),
  )

/** The shop's own rules over the code that runs in it; `npm run check` has those of the linters. */
export const auditRules = () => {
  const codes = new Map(
    places.flatMap(filesIn).map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
  )
  const found = [...codes].flatMap(([file, code]) => violations(file, code))
  return judged([...found, ...idle(codes)], {
    clean: `${rules.length} rules hold in ${codes.size} files`,
    found: 'places break a rule',
  })
}
