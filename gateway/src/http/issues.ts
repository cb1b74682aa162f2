import type { FieldError } from '@micromart/kernel'
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** A JSON Pointer (RFC 6901) from a path. */
const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const codeOf = (issue: Issue): string => {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'required' : 'type'
  if (issue.code === 'too_small') return 'too_small'
  if (issue.code === 'too_big') return 'too_big'
  if (issue.code === 'invalid_value') return 'not_allowed'
  return 'format'
}

/** Key names are the client's own words: long ones are cut. */
const unknownFields = (path: readonly PropertyKey[], keys: readonly string[]): FieldError[] =>
  keys.map((key) => ({
    path: pointer([...path, key.slice(0, 100)]),
    code: 'unknown_field',
    message: 'is not known here',
  }))

/** What zod found, as the fields of a problem; at most 50 of them. */
export const fieldErrors = (issues: readonly Issue[]): readonly FieldError[] =>
  issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownFields(issue.path, issue.keys)
        : [{ path: pointer(issue.path), code: codeOf(issue), message: issue.message }],
    )
    .slice(0, 50)
