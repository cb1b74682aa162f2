/** Fills the bare server's database with the very catalogue that the shop serves. */
import { Algorithm, hash } from '@node-rs/argon2'
import { connectMysql } from '../scripts/lib/stores/mysql.mjs'

const tables = [
  `CREATE TABLE products (id CHAR(36) PRIMARY KEY, handle VARCHAR(255) UNIQUE, title VARCHAR(255),
    brand VARCHAR(255), image VARCHAR(500), price_min BIGINT, price_max BIGINT, available BOOLEAN,
    active BOOLEAN, created_at DATETIME(3), body JSON, KEY listed (active, created_at, id))`,
  'CREATE TABLE stock (sku VARCHAR(64) PRIMARY KEY, on_hand BIGINT)',
  'CREATE TABLE cart_items (cart CHAR(36), sku VARCHAR(64), quantity BIGINT, PRIMARY KEY (cart, sku))',
  'CREATE TABLE users (id CHAR(36) PRIMARY KEY, email VARCHAR(255) UNIQUE, hash VARCHAR(255))',
  'CREATE TABLE orders (id CHAR(36) PRIMARY KEY, total BIGINT)',
  'CREATE TABLE order_lines (order_id CHAR(36), sku VARCHAR(64), quantity BIGINT, PRIMARY KEY (order_id, sku))',
  'CREATE TABLE outbox (id CHAR(36) PRIMARY KEY, order_id CHAR(36))',
]

/**
 * @param adminUrl a MySQL URL that may create databases
 * @param products as the shop's product pages give them
 * @returns the URL of the filled database
 */
export const fillBare = async (adminUrl, database, products, account) => {
  const admin = await connectMysql(adminUrl)
  await admin.query(`DROP DATABASE IF EXISTS ${database}`)
  await admin.query(`CREATE DATABASE ${database}`)
  await admin.query(`USE ${database}`)
  for (const table of tables) await admin.query(table)
  const rows = products.map((product, index) => [
    product.id,
    product.handle,
    product.title,
    product.brand,
    product.images[0]?.url,
    product.priceRange.min.amount,
    product.priceRange.max.amount,
    product.available,
    true,
    new Date(Date.UTC(2026, 0, 1) + index * 1000),
    JSON.stringify(product),
  ])
  await admin.query('INSERT INTO products VALUES ?', [rows])
  const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => [sku, 1_000_000]))
  await admin.query('INSERT INTO stock VALUES ?', [skus])
  const argon = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  await admin.query('INSERT INTO users VALUES ?', [
    [['00000000-0000-7000-8000-000000000001', account.email, await hash(account.password, argon)]],
  ])
  await admin.end()
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.href
}
