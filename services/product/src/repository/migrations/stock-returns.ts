import { sqlMigration } from '@micromart/store'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin'

/** What came back of sales, in part or whole; and the ledger's sums by an index alone, for the books. */
export const createStockReturns = sqlMigration('CreateStockReturns1763800000005', [
  `CREATE TABLE IF NOT EXISTS stock_returns (
     order_id ${id} NOT NULL,
     return_id ${id} NOT NULL,
     sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
     quantity INT NOT NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (order_id, return_id, sku)
   ) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci`,
  `INSERT IGNORE INTO stock_returns (order_id, return_id, sku, quantity, created_at)
   SELECT l.order_id, '', l.sku, l.quantity, h.updated_at
   FROM stock_holds h JOIN stock_hold_lines l ON l.order_id = h.order_id
   WHERE h.status = 'returned'`,
  // One statement drops and adds: it can be run again.
  `ALTER TABLE stock_movements
     DROP KEY stock_movements_sku, ADD KEY stock_movements_sku (sku, id, delta)`,
])
