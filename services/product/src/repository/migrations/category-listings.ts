import { sqlMigration } from '@micromart/store'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin'

/**
 * A category's listings in each sort: a page is read along an index, however many products there are. product_categories keeps
 * what it is about, the products' own categories in their order.
 */
export const createCategoryListings = sqlMigration('CreateCategoryListings1763800000004', [
  `CREATE TABLE IF NOT EXISTS category_listings (
     category_id ${id} NOT NULL,
     product_id ${id} NOT NULL,
     status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     created_at DATETIME(3) NOT NULL,
     min_price BIGINT NOT NULL,
     title VARCHAR(255) NOT NULL,
     PRIMARY KEY (category_id, product_id),
     KEY category_listings_product (product_id),
     KEY category_listings_newest (category_id, status, created_at, product_id),
     KEY category_listings_price (category_id, status, min_price, product_id),
     KEY category_listings_title (category_id, status, title, product_id)
   ) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci`,
  `INSERT IGNORE INTO category_listings (category_id, product_id, status, created_at, min_price, title)
   SELECT pc.category_id, p.id, p.status, p.created_at, p.min_price, p.title
   FROM product_categories pc JOIN products p ON p.id = pc.product_id`,
  'DELETE FROM product_categories WHERE position IS NULL',
])
