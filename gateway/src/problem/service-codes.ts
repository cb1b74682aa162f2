import { text } from './code-text.ts'

const sameCodes: ReadonlyMap<string, string> = new Map([
  ['invalid_request', 'validation_failed'],
  ['request_invalid', 'validation_failed'],
  ['login_required', 'authentication_required'],
  ['token_missing', 'authentication_required'],
  ['token_required', 'authentication_required'],
  ['scope_required', 'scope_missing'],
])

/** The code that clients read: what services and the gateway refuse alike has one name, whoever notices first. */
export const publicCode = (code: string): string => sameCodes.get(code) ?? code

/**
 * Codes that services answer with. The status follows from the kind that they send; here it is for the document, and a
 * code that is missing here keeps its status and gets a plain title.
 */
export const serviceCodes = {
  address_invalid: text(400, 'Invalid address', 'See `errors` for the fields that are wrong.'),
  category_unknown: text(400, 'Unknown category', 'A category with this handle does not exist.'),
  csv_columns_missing: text(400, 'Columns missing', 'The file lacks columns that it must have.'),
  csv_empty: text(400, 'Empty file', 'The file holds no rows.'),
  currency_mismatch: text(400, 'Wrong currency', "Amounts must be in the shop's currency."),
  cursor_invalid: text(400, 'Invalid cursor', 'The cursor belongs to another list or is not ours.'),
  email_invalid: text(400, 'Invalid e-mail', 'This is no e-mail address.'),
  name_invalid: text(400, 'Invalid name', 'See `errors` for what a name must be.'),
  out_of_range: text(400, 'Out of range', 'See `errors` for the fields that are wrong.'),
  password_common: text(400, 'Password too common', 'This password is on a list of common ones.'),
  password_too_long: text(400, 'Password too long', 'A password has at most 256 characters.'),
  password_too_short: text(400, 'Password too short', 'A password has at least 8 characters.'),
  product_invalid: text(400, 'Invalid product', 'See `errors` for the fields that are wrong.'),
  quantity_invalid: text(400, 'Invalid quantity', 'A line holds 1 to 99 units.'),
  role_unknown: text(400, 'Unknown role', 'There is no such role.'),
  credentials_wrong: text(401, 'Wrong credentials', 'E-mail or password is wrong.'),
  refresh_invalid: text(401, 'Refresh token not accepted', 'Log in again.'),
  token_expired: text(401, 'Token expired', 'Exchange the refresh token for a new one.'),
  role_above_own: text(403, 'Role above own', 'Nobody grants more than they hold.'),
  address_not_found: text(404, 'Address not found', 'There is no such address.'),
  line_not_found: text(404, 'Line not found', 'The cart has no line with this sku.'),
  order_not_found: text(404, 'Order not found', 'There is no such order.'),
  product_not_found: text(404, 'Product not found', 'There is no such product.'),
  sku_not_found: text(404, 'Sku not found', 'There is no such sku.'),
  user_not_found: text(404, 'User not found', 'There is no such user.'),
  cart_busy: text(409, 'Cart busy', 'The cart changed at the same moment; try again.'),
  cart_checked_out: text(409, 'Cart checked out', 'This cart is ordered: see `params.orderId`.'),
  email_taken: text(409, 'E-mail taken', 'An account with this e-mail address exists.'),
  handle_taken: text(409, 'Handle taken', 'This handle is in use.'),
  idempotency_in_progress: text(
    409,
    'Still in progress',
    'The first request with this key is still running; repeat it later.',
  ),
  price_changed: text(409, 'Price changed', 'The total is another: see `params.total`.'),
  sku_taken: text(409, 'Sku taken', 'Another variant has this sku.'),
  state_conflict: text(409, 'Changed meanwhile', 'It changed at the same moment; try again.'),
  address_limit: text(422, 'Too many addresses', 'The address book is full: see `params.limit`.'),
  cart_empty: text(422, 'Cart empty', 'There is nothing to order.'),
  cart_full: text(422, 'Cart full', 'A cart has at most 100 lines.'),
  idempotency_mismatch: text(
    422,
    'Idempotency-Key reused',
    'This key was used before with another body.',
  ),
  illegal_move: text(422, 'Not possible now', 'The order is past the state that allows this.'),
  last_admin: text(422, 'Last admin', 'The last admin keeps the role.'),
  line_full: text(422, 'Line full', 'A line holds at most 99 units.'),
  out_of_stock: text(422, 'Out of stock', 'There is less than was asked for: see `params`.'),
  stock_below_held: text(422, 'Stock below held', 'Units that are held cannot be taken away.'),
  login_throttled: text(429, 'Too many attempts', 'Wait as long as `Retry-After` says.'),
  call_cancelled: text(503, 'Unavailable', 'The request was given up; try again.'),
  cart_newer: text(503, 'Unavailable', 'The cart is being updated; try again.'),
  database_busy: text(503, 'Busy', 'The shop is busy; try again.'),
  database_unavailable: text(503, 'Unavailable', 'A part of the shop is away; try again.'),
  deadline_exceeded: text(503, 'Unavailable', 'It took too long; try again.'),
  dependency_unavailable: text(503, 'Unavailable', 'A part of the shop is away; try again.'),
  login_busy: text(503, 'Busy', 'Too many logins at this moment; try again.'),
  order_ended: text(503, 'Order ended', 'It ended without a purchase; order again with a new key.'),
  payment_unavailable: text(503, 'Payment unavailable', 'Nothing was charged; try again.'),
  provider_unavailable: text(503, 'Payment unavailable', 'Nothing was charged; try again.'),
} as const
