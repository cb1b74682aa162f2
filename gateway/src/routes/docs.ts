import { z } from 'zod'
import { anybody, route } from '../http/route.ts'
import { securityTxtPath } from '../http/security-txt.ts'
import { refusal } from '../problem/problem.ts'
import { servedFile } from './served-file.ts'

const common = { tag: 'Documents', auth: anybody, public: true } as const

/** Scripts and styles come from here alone; the page's own styles are set by script. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A picture may style itself and nothing else, also when it is opened as a page. */
const picturePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MicroMart API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

export const documentRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/openapi.json',
    summary: 'This interface as OpenAPI 3.1',
    budget: 'reads',
    responses: { 200: { description: 'The document', mediaType: 'application/json' } },
    handler: async (_input, { documents }) => ({
      status: 200,
      bytes: { type: 'application/json; charset=utf-8', content: documents.openapi },
      headers: { 'Cache-Control': 'public, max-age=60' },
    }),
  }),
  route({
    ...common,
    method: 'get',
    path: securityTxtPath,
    summary: 'Whom to tell of a vulnerability (RFC 9116)',
    budget: 'reads',
    responses: {
      200: { description: 'The contact', mediaType: 'text/plain' },
      404: { description: 'No contact is set' },
    },
    handler: async (_input, { documents: { securityTxt } }) => {
      if (securityTxt === undefined) throw refusal('not_found')
      return {
        status: 200,
        bytes: { type: 'text/plain; charset=utf-8', content: securityTxt },
        headers: { 'Cache-Control': 'public, max-age=86400' },
      }
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/docs',
    summary: 'A page to read and try it',
    budget: 'reads',
    responses: { 200: { description: 'The page', mediaType: 'text/html' } },
    handler: async () => ({
      status: 200,
      bytes: { type: 'text/html; charset=utf-8', content: page },
      headers: { 'Cache-Control': 'public, max-age=60', 'Content-Security-Policy': docsPolicy },
    }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/docs/{asset}',
    summary: 'A part of that page',
    budget: 'none',
    params: z.object({ asset: z.string().max(100) }),
    responses: {
      200: { description: 'The part', mediaType: 'application/octet-stream' },
      404: { description: 'No such part' },
    },
    handler: async ({ params }, { documents }) =>
      servedFile(documents.docs, params.asset, {
        policy: docsPolicy,
        caching: 'public, max-age=3600',
      }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/images/{name}',
    summary: 'A picture of the catalogue',
    budget: 'none',
    params: z.object({ name: z.string().max(200) }),
    responses: {
      200: { description: 'The picture', mediaType: 'image/svg+xml' },
      404: { description: 'No such picture' },
    },
    handler: async ({ params }, { documents }) =>
      servedFile(documents.pictures, params.name, {
        policy: picturePolicy,
        caching: 'public, max-age=86400',
      }),
  }),
]
