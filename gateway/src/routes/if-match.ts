import { createHash } from 'node:crypto'
import { DomainError } from '@micromart/kernel'
import { refusal } from '../problem/problem.ts'

const hashOf = (json: unknown): string =>
  createHash('sha256').update(JSON.stringify(json)).digest('base64url').slice(0, 27)

/** The ETag of an answer whose service counts no versions. */
export const contentEtag = (json: unknown): string => `"${hashOf(json)}"`

/**
 * The ETag of an answer that changes more often than its version: a product's stock moves with each sale, the version
 * with a merchandiser's changes only. `If-None-Match` compares all of it, `If-Match` the version.
 */
export const versionEtag = (version: bigint, json: unknown): string =>
  `"v${version}-${hashOf(json)}"`

const versionForm = /^"v(\d{1,18})(?:-[\w-]{1,64})?"$/

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
  const digits = versionForm.exec(ifMatch.trim())?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}

/**
 * The ETag of an account, which names its roles: they are what changes under `If-Match`, and the user service compares
 * them where it writes.
 */
export const rolesEtag = (roles: readonly string[], json: unknown): string =>
  `"r${roles.join('.')}-${hashOf(json)}"`

const rolesForm = /^"r([a-z]+(?:\.[a-z]+)*)-[\w-]{1,64}"$/

/** The roles that an `If-Match` names; undefined when it takes a look at the present ones to tell. */
export const namedRoles = (ifMatch: string): readonly string[] | undefined =>
  rolesForm.exec(ifMatch.trim())?.[1]?.split('.')

/** Whether one of several ETags, or `*`, is of this version. */
export const namesVersion = (ifMatch: string, version: bigint): boolean =>
  ifMatch.trim() === '*' || ifMatch.split(',').some((part) => namedVersion(part) === version)

/** Under `If-Match` a version that moved on is 412, not 409. */
export const changed = async <T>(change: Promise<T>): Promise<T> => {
  try {
    return await change
  } catch (cause) {
    const isStale = cause instanceof DomainError && cause.code === 'version_changed'
    throw isStale ? refusal('version_changed', { cause }) : cause
  }
}
