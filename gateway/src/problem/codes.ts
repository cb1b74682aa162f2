import { serviceCodes } from './service-codes.ts'
import { type CodeText, text } from './code-text.ts'

/** Codes that the gateway itself answers with. */
const ownCodes = {
  url_malformed: text(400, 'Malformed URL', 'The path or the query is not well encoded.'),
  http_malformed: text(400, 'Malformed request', 'The request is not valid HTTP.'),
  query_repeated: text(400, 'Repeated query key', 'Each query key may be given once.'),
  json_malformed: text(400, 'Malformed JSON', 'The body is not valid JSON in UTF-8.'),
  json_too_deep: text(400, 'JSON too deep', 'Nesting may be at most 32 levels.'),
  json_too_large: text(
    400,
    'JSON too large',
    'An array may hold 1,000 items, an object 100 members.',
  ),
  json_key_repeated: text(400, 'Repeated JSON key', 'Each member of an object may be given once.'),
  json_key_forbidden: text(400, 'Forbidden JSON key', 'This member name is never accepted.'),
  json_number_range: text(400, 'JSON number out of range', 'A number is outside the safe range.'),
  json_text_malformed: text(400, 'Malformed JSON text', 'A text holds half a surrogate pair.'),
  validation_failed: text(400, 'Invalid input', 'See `errors` for the fields that are wrong.'),
  body_incomplete: text(400, 'Incomplete body', 'The body ended before its announced length.'),
  idempotency_key_required: text(
    400,
    'Idempotency-Key required',
    'Send an Idempotency-Key of 1 to 255 printable ASCII characters.',
  ),
  idempotency_key_invalid: text(
    400,
    'Idempotency-Key invalid',
    'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
  ),
  authentication_required: text(401, 'Authentication required', 'Send a bearer token.'),
  token_invalid: text(401, 'Token not accepted', 'The token is expired, malformed or not ours.'),
  payment_declined: text(402, 'Payment declined', 'The payment was declined; nothing was charged.'),
  scope_missing: text(403, 'Not allowed', 'The token lacks the scope that this needs.'),
  user_required: text(403, 'User required', 'A client by itself has no account, cart or orders.'),
  not_found: text(404, 'Not found', 'There is nothing here.'),
  method_not_allowed: text(405, 'Method not allowed', 'See `Allow` for the methods there are.'),
  request_timeout: text(408, 'Request timeout', 'The request took too long to arrive.'),
  version_changed: text(412, 'Changed meanwhile', 'Read it again and repeat with its new ETag.'),
  body_too_large: text(413, 'Body too large', 'The body is larger than this accepts.'),
  content_type_unsupported: text(
    415,
    'Content type not supported',
    'The body must have the content type that is documented for this.',
  ),
  content_encoding_unsupported: text(
    415,
    'Content encoding not supported',
    'Send the body as it is, not compressed.',
  ),
  expectation_failed: text(
    417,
    'Expectation failed',
    'Of `Expect`, only `100-continue` is understood.',
  ),
  if_match_required: text(428, 'If-Match required', 'Send the ETag that you read as If-Match.'),
  rate_limited: text(429, 'Too many requests', 'Wait as long as `Retry-After` says.'),
  too_many_streams: text(
    429,
    'Too many streams',
    'Close a stream of events, or wait as long as `Retry-After` says.',
  ),
  headers_too_large: text(431, 'Headers too large', 'The header section is too large.'),
  internal: text(500, 'Internal error', 'Something went wrong on our side.'),
  limiter_unavailable: text(503, 'Unavailable', 'Logging in is closed for a moment; try again.'),
  streams_busy: text(503, 'Busy', 'Too many streams of events at this moment; try again.'),
  not_ready: text(503, 'Not ready', 'This server cannot serve yet.'),
} as const

/** Every stable code, documented in docs/status-codes.md (a test compares). */
export const codes: Readonly<Record<string, CodeText>> = { ...ownCodes, ...serviceCodes }

export type OwnCode = keyof typeof ownCodes
