import { z } from 'zod'
import { anybody, route } from '../http/route.ts'
import { servedFile } from './served-file.ts'

const common = { method: 'get', tag: 'Documents', auth: anybody, public: true } as const

/** Scripts, styles and calls are our own; a page that takes a password is in nobody's frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'"

const kept = { policy, caching: 'public, max-age=300' }

const page = (name: string, summary: string) =>
  route({
    ...common,
    path: `/account/${name}`,
    summary,
    budget: 'reads',
    responses: { 200: { description: 'The page', mediaType: 'text/html' } },
    handler: async (_input, { documents }) => servedFile(documents.account, `${name}.html`, kept),
  })

/** Where the links in our mails lead. Their tokens stand behind `#` and never reach a server this way. */
export const accountPageRoutes = [
  page('verify', 'The page that verifies an e-mail address'),
  page('reset', 'The page that sets a new password'),
  route({
    ...common,
    path: '/account/{asset}',
    summary: 'A part of those pages',
    budget: 'none',
    params: z.object({ asset: z.string().max(100) }),
    responses: {
      200: { description: 'The part', mediaType: 'application/octet-stream' },
      404: { description: 'No such part' },
    },
    handler: async ({ params }, { documents }) => servedFile(documents.account, params.asset, kept),
  }),
]
