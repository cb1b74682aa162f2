import type { StaticFile } from '../client/shop.ts'
import type { Answer } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'

type Kept = { readonly policy: string; readonly caching: string }

/** A file that is ready to be served. @throws HttpProblem 404 for a name that is none of them */
export const servedFile = (
  files: ReadonlyMap<string, StaticFile>,
  name: string,
  { policy, caching }: Kept,
): Answer => {
  const file = files.get(name)
  if (!file) throw refusal('not_found')
  return {
    status: 200,
    bytes: { type: file.type, content: file.content },
    headers: { ETag: file.etag, 'Cache-Control': caching, 'Content-Security-Policy': policy },
  }
}
