/** What a code says to people. `title` names the kind of problem, `detail` what to do about it; neither holds what a client sent. */
export type CodeText = { readonly status: number; readonly title: string; readonly detail: string }

const text = (status: number, title: string, detail: string): CodeText => ({
  status,
  title,
  detail,
})

/** Codes that the gateway itself answers with. */
const own = {
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
  if_match_required: text(428, 'If-Match required', 'Send the ETag that you read as If-Match.'),
  rate_limited: text(429, 'Too many requests', 'Wait as long as `Retry-After` says.'),
  headers_too_large: text(431, 'Headers too large', 'The header section is too large.'),
  internal: text(500, 'Internal error', 'Something went wrong on our side.'),
  limiter_unavailable: text(503, 'Unavailable', 'Logging in is closed for a moment; try again.'),
  shutting_down: text(503, 'Unavailable', 'This server is going away; try again.'),
  not_ready: text(503, 'Not ready', 'This server cannot serve yet.'),
} as const

/** Codes that services answer with; the status follows from the kind they send. */
const fromServices = {
  cursor_invalid: text(400, 'Invalid cursor', 'The cursor belongs to another list or is not ours.'),
  currency_mismatch: text(400, 'Wrong currency', "Amounts must be in the shop's currency."),
  category_unknown: text(400, 'Unknown category', 'A category with this handle does not exist.'),
  email_required: text(400, 'E-mail required', 'A guest gives an e-mail address.'),
  password_common: text(400, 'Password too common', 'This password is on a list of common ones.'),
  password_too_short: text(400, 'Password too short', 'A password has at least 8 characters.'),
  password_too_long: text(400, 'Password too long', 'A password has at most 256 characters.'),
  role_unknown: text(400, 'Unknown role', 'There is no such role.'),
  credentials_wrong: text(401, 'Wrong credentials', 'E-mail or password is wrong.'),
  refresh_invalid: text(401, 'Refresh token not accepted', 'Log in again.'),
  role_above_own: text(403, 'Role above own', 'Nobody grants more than they hold.'),
  product_not_found: text(404, 'Product not found', 'There is no such product.'),
  sku_not_found: text(404, 'Sku not found', 'There is no such sku.'),
  line_not_found: text(404, 'Line not found', 'The cart has no line with this sku.'),
  cart_not_found: text(404, 'Cart not found', 'There is no such cart.'),
  order_not_found: text(404, 'Order not found', 'There is no such order.'),
  address_not_found: text(404, 'Address not found', 'There is no such address.'),
  user_not_found: text(404, 'User not found', 'There is no such user.'),
  email_taken: text(409, 'E-mail taken', 'An account with this e-mail address exists.'),
  sku_taken: text(409, 'Sku taken', 'Another variant has this sku.'),
  handle_taken: text(409, 'Handle taken', 'This handle is in use.'),
  cart_checked_out: text(
    409,
    'Cart checked out',
    'This cart was already ordered: see params.orderId.',
  ),
  cart_busy: text(409, 'Cart busy', 'The cart changed at the same moment; try again.'),
  idempotency_in_progress: text(
    409,
    'Still in progress',
    'The first request with this key is still running; repeat it later.',
  ),
  price_changed: text(409, 'Price changed', 'The total is not what was expected: see params.'),
  out_of_stock: text(422, 'Out of stock', 'There is less than what was asked for: see params.'),
  cart_empty: text(422, 'Cart empty', 'There is nothing to order.'),
  cart_full: text(422, 'Cart full', 'A cart has at most 100 lines.'),
  line_full: text(422, 'Line full', 'A line holds at most 99 units.'),
  idempotency_mismatch: text(
    422,
    'Idempotency-Key reused',
    'This key was used before with another body.',
  ),
  illegal_move: text(422, 'Not possible now', 'The order is past the state that allows this.'),
  last_admin: text(422, 'Last admin', 'The last admin keeps the role.'),
  stock_below_held: text(422, 'Stock below held', 'Units that are held cannot be taken away.'),
  login_throttled: text(429, 'Too many attempts', 'Wait as long as `Retry-After` says.'),
  login_busy: text(503, 'Busy', 'Too many logins at this moment; try again.'),
  dependency_unavailable: text(503, 'Unavailable', 'A part of the shop is away; try again.'),
  payment_unavailable: text(503, 'Payment unavailable', 'Nothing was charged; try again.'),
} as const

/** Every stable code, documented in docs/status-codes.md (a test compares). */
export const codes: Readonly<Record<string, CodeText>> = { ...own, ...fromServices }

export type OwnCode = keyof typeof own
