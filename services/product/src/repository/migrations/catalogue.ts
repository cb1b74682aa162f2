import { sqlMigration } from '@micromart/store'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin'
const exact = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
/** Known to MariaDB 10.11 and MySQL 8.4; letters with and without marks compare alike. */
const table = 'ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci'

export const createCatalogue = sqlMigration('CreateCatalogue1763800000001', [
  `CREATE TABLE IF NOT EXISTS categories (
     id ${id} NOT NULL PRIMARY KEY,
     handle VARCHAR(255) ${exact} NOT NULL,
     title VARCHAR(255) NOT NULL,
     position INT NOT NULL,
     parent_id ${id} NULL,
     UNIQUE KEY categories_handle (handle)
   ) ${table}`,
  // From first_image to available: copies of what the variants say, for lists of one query.
  `CREATE TABLE IF NOT EXISTS products (
     id ${id} NOT NULL PRIMARY KEY,
     handle VARCHAR(255) ${exact} NOT NULL,
     title VARCHAR(255) NOT NULL,
     brand VARCHAR(255) NOT NULL,
     status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     first_image VARCHAR(2000) ${exact} NULL,
     first_alt VARCHAR(500) NULL,
     min_price BIGINT NOT NULL,
     max_price BIGINT NOT NULL,
     available TINYINT NOT NULL,
     version INT NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     tags LONGTEXT NOT NULL,
     images LONGTEXT NOT NULL,
     options LONGTEXT NOT NULL,
     description MEDIUMTEXT NOT NULL,
     UNIQUE KEY products_handle (handle),
     KEY products_created (created_at, id),
     KEY products_newest (status, created_at, id),
     KEY products_price (status, min_price, id),
     KEY products_title (status, title, id),
     KEY products_brand (status, brand, id)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS variants (
     id ${id} NOT NULL PRIMARY KEY,
     product_id ${id} NOT NULL,
     position INT NOT NULL,
     sku VARCHAR(100) ${exact} NOT NULL,
     options LONGTEXT NOT NULL,
     price BIGINT NOT NULL,
     compare_at_price BIGINT NULL,
     barcode VARCHAR(100) NULL,
     weight_grams INT NULL,
     image VARCHAR(2000) ${exact} NULL,
     UNIQUE KEY variants_sku (sku),
     KEY variants_product (product_id, position)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS product_categories (
     category_id ${id} NOT NULL,
     product_id ${id} NOT NULL,
     position INT NULL,
     PRIMARY KEY (category_id, product_id),
     KEY product_categories_product (product_id, position)
   ) ${table}`,
  // Apart from products: a flip of availability or price must not touch the full-text index. Words are marked, see model/search.ts.
  `CREATE TABLE IF NOT EXISTS product_search (
     product_id ${id} NOT NULL PRIMARY KEY,
     title TEXT NOT NULL,
     names MEDIUMTEXT NOT NULL,
     body MEDIUMTEXT NOT NULL,
     FULLTEXT KEY product_search_text (title, names, body)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS product_changes (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     product_id ${id} NOT NULL,
     handle VARCHAR(255) ${exact} NOT NULL,
     at DATETIME(3) NOT NULL,
     KEY product_changes_at (at)
   ) ${table}`,
])

export const createStock = sqlMigration('CreateStock1763800000002', [
  // No foreign key to or from it: the shared lock of a check would deadlock holds.
  `CREATE TABLE IF NOT EXISTS stock (
     sku VARCHAR(100) ${exact} NOT NULL PRIMARY KEY,
     on_hand BIGINT NOT NULL,
     held BIGINT NOT NULL,
     CONSTRAINT stock_held_not_negative CHECK (held >= 0),
     CONSTRAINT stock_never_oversold CHECK (on_hand >= held)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS stock_holds (
     order_id ${id} NOT NULL PRIMARY KEY,
     status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     expires_at DATETIME(3) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     KEY stock_holds_due (status, expires_at)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS stock_hold_lines (
     order_id ${id} NOT NULL,
     sku VARCHAR(100) ${exact} NOT NULL,
     quantity INT NOT NULL,
     product_id ${id} NOT NULL,
     title VARCHAR(700) NOT NULL,
     unit_price BIGINT NOT NULL,
     currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     PRIMARY KEY (order_id, sku)
   ) ${table}`,
  `CREATE TABLE IF NOT EXISTS stock_movements (
     id ${id} NOT NULL PRIMARY KEY,
     sku VARCHAR(100) ${exact} NOT NULL,
     at DATETIME(3) NOT NULL,
     delta BIGINT NOT NULL,
     kind VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     reason VARCHAR(500) NOT NULL,
     order_id ${id} NULL,
     KEY stock_movements_sku (sku, id)
   ) ${table}`,
])
