import { createHash } from 'node:crypto'
import { refusal } from '../problem/problem.ts'

/** The ETag of a version that its service counts. */
export const versionEtag = (version: bigint): string => `"v${version}"`

/** The ETag of an answer whose service counts no versions. */
export const contentEtag = (json: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(json)).digest('base64url').slice(0, 27)}"`

/** Whether `If-Match` names the present ETag; the comparison is strong (RFC 9110 13.1.1). */
export const names = (ifMatch: string, etag: string): boolean =>
  ifMatch.trim() === '*' || ifMatch.split(',').some((part) => part.trim() === etag)

/** @throws HttpProblem 428 without `If-Match` */
export const requiredIfMatch = (header: (name: string) => string | undefined): string => {
  const sent = header('If-Match')
  if (sent === undefined || sent === '') throw refusal('if_match_required')
  return sent
}

/** The one version that an `If-Match` names; undefined when it takes a look at the present one to tell. */
export const namedVersion = (ifMatch: string): bigint | undefined => {
  const digits = /^"v(\d{1,18})"$/.exec(ifMatch.trim())?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}
