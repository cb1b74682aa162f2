import { codes } from './codes.ts'
import type { HttpProblem } from './problem.ts'

/** No style, no script, no frame. */
export const problemPagePolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** A problem for a person: every text of it is ours, so that nothing needs escaping. */
export const problemPage = ({ code, status }: HttpProblem, traceId: string): string => {
  const { title = 'Error', detail = '' } = codes[code] ?? {}
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - MicroMart</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${detail}</p>
<p>${String(status)} ${code}; ask about it with ${traceId}</p>
</main>
</body>
</html>
`
}
