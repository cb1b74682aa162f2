/**
 * Where the shop keeps what is about a person. Every column of every table is in one of three lists: `personal`, `plain` (of a table
 * that has personal ones beside it), or `impersonal`, whole tables. An end-to-end test compares them with the databases, both ways.
 */

/** Lines of cells. */
const cells = (text: string): readonly (readonly string[])[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' | '))

/** tables | columns | what it is | why it is kept | how long | who sees it | what an erasure does */
export const personal = cells(`
user.account | email, email_key | e-mail address | logging in; writing to its owner | while the account lives | its owner; staff with \`users:read\` | overwritten at once
user.account | name | name | addressing its owner | while the account lives | its owner; staff with \`users:read\` | overwritten at once
user.account | password_hash | argon2id of the password | logging in | while the account lives | nobody; the service itself | overwritten at once
user.account | email_verified_at, second_factor_since | when the address was proven, the second factor switched on | what may be done without asking again | while the account lives | its owner | overwritten at once
user.account | id | account id (UUID) | naming whose something is | for ever | its owner; staff with \`users:read\` | stays: it names nobody once the account is erased, and orders, money and audits need it
user.address | name, line1, line2, city, region, postal_code, country, phone | postal addresses | filling in a checkout | until its owner deletes it | its owner | deleted with the account, at once
user.session | user_agent, address | browser, and where it logged in from (/24 or /48) | its owner recognises their own sessions | 90 days at most | its owner | deleted with the account, at once
user.session | client_id | which application acts for its owner | its owner ends it | 90 days at most | its owner | deleted with the account, at once
user.oauth_grant | granted, declined | what somebody lets an application do | doing no more than that | as long as the session | its owner | deleted with the account, at once
user.refresh_token | content | what an application’s refresh token stands for, its owner’s id among it, encrypted | giving the next one | as long as the session | nobody; the service itself | deleted with the account, at once
user.totp | sealed_secret | secret of the second factor, encrypted | checking codes | until switched off | nobody; the service itself | deleted with the account, at once
user.recovery_code | digest | SHA-256 of recovery codes | checking them | until used | nobody; the service itself | deleted with the account, at once
user.account_token | digest, email_digest | SHA-256 of a link’s token, and of the address it went to | verifying, resetting | an hour, a day | nobody; the service itself | deleted with the account, at once
user.login_failure | digest | SHA-256 of an address that logins failed for | slowing guesses down | a quarter of an hour after the last failure | nobody; the service itself | goes by itself within a quarter of an hour
user.idempotency_keys | answer | answers that hold account or address | a repeat gets the same answer | 48 hours | nobody; the service itself | deleted at once
user.mail | account_id | that a mail went out, to whom | sending it, and telling its owner | a day after it was sent | its owner | deleted with the account, at once
user.account_role, user.address, user.session, user.account_token, user.totp, user.recovery_code, user.kept_answer | account_id | account id | whose row it is | as long as the row | nobody; the service itself | deleted with the account, at once
user.oauth_state | account_id | account id | whose code, consent or page it is | minutes; as long as the session | nobody; the service itself | deleted with the account, at once
user.oauth_state | content | where somebody stands between the pages of the authorization server, encrypted | going on from page to page | minutes; as long as the session | nobody; the service itself | deleted with the account, at once; before somebody has given a password it names no account, and goes within half an hour
user.erasure | account_id | account id of an erased account | finishing the erasure; proving it | three years | nobody; the service itself | stays: it names nobody once the account is erased, and orders, money and audits need it
user.outbox | aggregate_id, payload | account ids in events | telling the others | a day | nobody; the service itself | goes by itself within a day
order.orders | email | e-mail address | telling about the order | until erased | its owner; staff with \`orders:read\` | emptied at once
order.orders | ship_to | recipient and postal address | sending the goods | until erased | its owner; staff with \`orders:read\` | emptied at once
order.orders | tracking_code | the carrier’s code, which leads to the address | following the parcel | until erased | its owner; staff with \`orders:read\` | emptied at once
order.orders | next_action | page of the provider where the shopper authenticates | going on with a payment | until erased | its owner | emptied at once, or when the payment has ended
order.orders | user_id, cart_key | account id | whose order it is | as long as tax law asks for orders | staff with \`orders:read\` | stays: it names nobody once the account is erased, and orders, money and audits need it
order.order_timeline | message | words of staff, tracking codes | the order’s history | with the order | its owner; staff with \`orders:read\` | those two kinds of entries are reworded at once
order.refunds | reason | words of staff | why money went back | with the order | staff with \`orders:read\` | emptied at once
order.order_keys | principal | account id, or SHA-256 of a cart’s token | one key, one order | 3 days | nobody; the service itself | goes by itself within 3 days
order.idempotency_keys | answer | tracking code in the answer to shipping | a repeat gets the same answer | 48 hours | nobody; the service itself | goes by itself within 48 hours
order.erased_users | user_id | account id of an erased account | its token lives on for minutes and must buy nothing | a day | nobody; the service itself | goes by itself within a day
order.outbox | payload | cart keys with account ids in events | telling the others | a day | nobody; the service itself | goes by itself within a day
order.dead_letters | payload | events with account ids that could not be handled | handling them later | until decided, then 90 days | staff with \`ops\` | stays: it names nobody once the account is erased, and orders, money and audits need it
product.dead_letter_decisions, order.dead_letter_decisions, user.dead_letter_decisions, payment.dead_letter_decisions | actor | account id of staff | who decided about a letter | 90 days | staff with \`ops\` | stays: it names nobody once the account is erased, and orders, money and audits need it
product.audit_entries, user.audit_entries, order.audit_entries, payment.audit_entries | actor_id, object_id | account ids | who did what to whom, in a log that only grows | for ever | staff with \`ops\` | stays: it names nobody once the account is erased, and orders, money and audits need it
product.audit_entries, user.audit_entries, order.audit_entries, payment.audit_entries | address, user_agent | network address and browser | where staff acted from; of who erases an account neither is kept | for ever | staff with \`ops\` | stays: it names nobody once the account is erased, and orders, money and audits need it
product.audit_entries, user.audit_entries, order.audit_entries, payment.audit_entries | state_before, state_after | roles, states, amounts, without names | what an act changed | for ever | staff with \`ops\` | stays: it names nobody once the account is erased, and orders, money and audits need it
payment.payments | action_url, charge_id | the provider’s page and name for a charge | going on with it; paying back | with the money’s books | nobody; the service itself | stays: the provider keeps its own records of who paid
`)

/** Columns of those tables that say nothing about anybody. */
export const plain: Readonly<Record<string, string>> = {
  'user.account': 'password_version, created_at, erased_at, demo',
  'user.account_role': 'role',
  'user.address': 'id, created_at',
  'user.session': 'id, started_at, ends_at, revoked_at, last_used_at',
  'user.oauth_grant': 'session_id',
  'user.refresh_token': 'digest, session_id, expires_at, used_at',
  'user.totp': 'started_at, confirmed_at, last_step, failures, failed_at',
  'user.account_token': 'purpose, password_version, issued, created_at, expires_at',
  'user.login_failure': 'failures, last_at',
  'user.idempotency_keys': 'id, handler, fingerprint, owner, locked_until, outcome, created_at',
  'user.kept_answer': 'key_id',
  'user.mail': 'id, kind, created_at, attempts, next_at, issued_at, outcome, ended_at',
  'user.erasure': 'id, requested_at, due_at, tries, completed_at, receipt, receipt_key',
  'user.outbox': 'seq, id, topic, traceparent, occurred_at, sent_at',
  'order.orders':
    'id, number, status, version, payment_status, payment_method, currency, subtotal, shipping, tax, discount, total, cart_id, cart_version, stock_claimed, hold_until, due_at, tries, created_at, updated_at, refunded, open_refund, carrier',
  'order.order_timeline': 'id, order_id, at, status, event, actor',
  'order.refunds': 'id, order_id, status, currency, amount, restock, created_at, updated_at',
  'order.order_keys': 'idem_key, order_id, fingerprint, trace_id, locked_until, frozen, created_at',
  'order.idempotency_keys': 'id, handler, fingerprint, owner, locked_until, outcome, created_at',
  'order.erased_users': 'erased_at',
  'order.outbox': 'seq, id, topic, aggregate_id, traceparent, occurred_at, sent_at',
  'order.dead_letters': 'seq, id, topic, traceparent, state, received_at',
  'product.dead_letter_decisions': 'seq, letter_id, at, action, note',
  'order.dead_letter_decisions': 'seq, letter_id, at, action, note',
  'user.dead_letter_decisions': 'seq, letter_id, at, action, note',
  'payment.dead_letter_decisions': 'seq, letter_id, at, action, note',
  'user.oauth_state': 'kind, digest, uid, session_id, expires_at, consumed_at',
  'product.audit_entries':
    'seq, at, actor_kind, actor_roles, action, object_kind, outcome, request_id, trace_id, hash',
  'user.audit_entries':
    'seq, at, actor_kind, actor_roles, action, object_kind, outcome, request_id, trace_id, hash',
  'order.audit_entries':
    'seq, at, actor_kind, actor_roles, action, object_kind, outcome, request_id, trace_id, hash',
  'payment.audit_entries':
    'seq, at, actor_kind, actor_roles, action, object_kind, outcome, request_id, trace_id, hash',
  'payment.payments':
    'id, order_id, status, version, amount, currency, refund_asked, refunded, told_refunded, decline_code, created_at, updated_at, provider, action_expires_at',
}

/** Tables that hold nothing about anybody: goods, amounts, technical notes. */
export const impersonal: Readonly<Record<string, string>> = {
  product:
    'audit_head, categories, category_listings, dead_letters, event_failures, idempotency_keys, migrations, outbox, products, product_categories, product_changes, product_search, stock, stock_holds, stock_hold_lines, stock_movements, stock_returns, variants',
  user: 'audit_head, dead_letters, erasure_part, event_failures, migrations, oauth_client, signing_key',
  order:
    'audit_head, book_marks, book_open, book_results, cart_checkout, cart_locks, event_failures, inbox, migrations, order_lines, refund_lines',
  payment:
    'audit_head, dead_letters, event_failures, idempotency_keys, inbox, ledger_entries, migrations, outbox, refunds',
  provider: 'charges, faults, ledger, migrations, notices, refunds',
}

/** What is no table: place | what | why | how long | who sees it | what an erasure does */
export const elsewhere = cells(`
Redis, \`cart||member:<account id>\` | what a member wants to buy | the cart | 30 days after its last change | its owner | replaced at once by a note that the account is gone, which goes after 30 days
Redis, \`cart||guest:<SHA-256 of the token>\` | what a guest wants to buy | the cart | 30 days after its last change | who holds the token | none: it is nobody’s account. A cart merged into a member’s is emptied and names the account id
Redis, \`gw:<budget>:address:<address>\` | network addresses | counting requests | a minute after the last request | nobody; the service itself | goes by itself within a minute
Redis, streams of the topics | ids of accounts, orders, carts | telling the services | until 100,000 newer events | nobody; the service itself | no event holds more than ids: a test sends a whole life of canaries through them
logs | account ids, request and trace ids | operation, security | as long as the operator keeps logs | operators | no log holds a name, an address or an e-mail: masked before it is written
traces (Zipkin) | request and trace ids | operation | as long as Zipkin keeps them | operators | no span holds anything personal
mails that were sent | what their text says: no name | verifying, resetting, telling | in the recipient’s own mailbox | the recipient | none: they are the recipient’s
the payment provider | the card, and what its owner told the provider | charging | as the provider’s own terms say | the provider | none by the shop: the provider answers for its own records; it was given amounts and order ids
`)

/** A list in a text. */
export const listed = (text: string): readonly string[] =>
  text.split(',').map((part) => part.trim())
