import { inboxTables, outboxTables, sqlMigration } from '@micromart/store'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin'
const word = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`

const orders = `CREATE TABLE IF NOT EXISTS orders (
  id ${id} NOT NULL,
  number ${word(11)} NOT NULL,
  status ${word(16)} NOT NULL,
  version INT UNSIGNED NOT NULL,
  user_id ${id} NULL,
  email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  ship_to LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  payment_status ${word(16)} NOT NULL,
  payment_method ${word(16)} NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subtotal BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  total BIGINT NOT NULL,
  cart_id ${id} NOT NULL,
  cart_version ${id} NOT NULL,
  cart_key ${word(80)} NOT NULL,
  stock_claimed TINYINT NOT NULL,
  hold_until DATETIME(3) NULL,
  due_at DATETIME(3) NULL,
  tries INT UNSIGNED NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY orders_number (number),
  KEY orders_user (user_id, id),
  KEY orders_status (status, id),
  KEY orders_email (email, id),
  KEY orders_due (due_at)
) ENGINE = InnoDB`

const lines = `CREATE TABLE IF NOT EXISTS order_lines (
  order_id ${id} NOT NULL,
  line SMALLINT UNSIGNED NOT NULL,
  sku VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  title VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  unit_price BIGINT NOT NULL,
  PRIMARY KEY (order_id, line),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE = InnoDB`

const timeline = `CREATE TABLE IF NOT EXISTS order_timeline (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  order_id ${id} NOT NULL,
  at DATETIME(3) NOT NULL,
  status ${word(16)} NOT NULL,
  event ${word(32)} NOT NULL,
  message VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  actor ${word(16)} NOT NULL,
  PRIMARY KEY (id),
  KEY order_timeline_order (order_id, id),
  CONSTRAINT order_timeline_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE = InnoDB`

const keys = `CREATE TABLE IF NOT EXISTS idempotency_keys (
  principal ${word(80)} NOT NULL,
  idem_key ${word(255)} NOT NULL,
  order_id ${id} NOT NULL,
  fingerprint ${word(64)} NOT NULL,
  trace_id ${word(32)} NULL,
  locked_until DATETIME(3) NULL,
  frozen TEXT CHARACTER SET utf8mb4 NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (principal, idem_key),
  UNIQUE KEY idempotency_keys_order (order_id),
  KEY idempotency_keys_created (created_at)
) ENGINE = InnoDB`

/** One row per version of a cart that became an order and may still be one. */
const cartCheckout = `CREATE TABLE IF NOT EXISTS cart_checkout (
  cart_id ${id} NOT NULL,
  version ${id} NOT NULL,
  order_id ${id} NOT NULL,
  PRIMARY KEY (cart_id, version),
  UNIQUE KEY cart_checkout_order (order_id)
) ENGINE = InnoDB`

/** One row per cart: its lock, so that two checkouts of one cart see each other's lines. */
const cartLocks = `CREATE TABLE IF NOT EXISTS cart_locks (
  cart_id ${id} NOT NULL PRIMARY KEY,
  locked_at DATETIME(3) NOT NULL,
  KEY cart_locks_locked (locked_at)
) ENGINE = InnoDB`

export const createOrders = sqlMigration('CreateOrders1763800000001', [
  orders,
  lines,
  timeline,
  keys,
  cartCheckout,
  cartLocks,
  ...outboxTables(),
  ...inboxTables(),
])
