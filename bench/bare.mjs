/**
 * The floor: Express and mysql2, one query per route (an order: one transaction), nothing else.
 * Environment: PORT, BARE_MYSQL_URL (a database of its own, filled by `bare-data.mjs`).
 */
import { Algorithm, verify } from '@node-rs/argon2'
import express from 'express'
import { createPool } from 'mysql2/promise'
import { randomUUID } from 'node:crypto'
import { mysqlOptions } from '../scripts/lib/stores/mysql.mjs'

const pool = createPool({ ...mysqlOptions(process.env.BARE_MYSQL_URL), connectionLimit: 10 })
const app = express()
app.disable('x-powered-by')
app.use(express.json())

const listed = `SELECT id, handle, title, brand, image, price_min, price_max, available
  FROM products WHERE active = 1 ORDER BY created_at DESC, id DESC LIMIT 20`

app.get('/products', async (_, answer) => {
  const [items] = await pool.query(listed)
  answer.json({ items })
})

app.get('/products/:handle', async (request, answer) => {
  const [rows] = await pool.execute('SELECT body FROM products WHERE handle = ?', [
    request.params.handle,
  ])
  answer.json(rows[0].body)
})

app.post('/cart/items', async (request, answer) => {
  const { cart, sku, quantity } = request.body
  await pool.execute(
    `INSERT INTO cart_items (cart, sku, quantity) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity)`,
    [cart, sku, quantity],
  )
  answer.json({ cart, sku })
})

app.post('/login', async (request, answer) => {
  const { email, password } = request.body
  const [rows] = await pool.execute('SELECT id, hash FROM users WHERE email = ?', [email])
  const known = await verify(rows[0].hash, password, { algorithm: Algorithm.Argon2id })
  answer.status(known ? 200 : 401).json({ id: rows[0].id })
})

const order = async (connection, { sku, quantity }) => {
  const id = randomUUID()
  const [{ affectedRows }] = await connection.execute(
    'UPDATE stock SET on_hand = on_hand - ? WHERE sku = ? AND on_hand >= ?',
    [quantity, sku, quantity],
  )
  if (affectedRows !== 1) throw new Error('out of stock')
  await connection.execute('INSERT INTO orders (id, total) VALUES (?, ?)', [id, 100 * quantity])
  await connection.execute('INSERT INTO order_lines (order_id, sku, quantity) VALUES (?, ?, ?)', [
    id,
    sku,
    quantity,
  ])
  await connection.execute('INSERT INTO outbox (id, order_id) VALUES (?, ?)', [randomUUID(), id])
  return id
}

app.post('/orders', async (request, answer) => {
  const connection = await pool.getConnection()
  try {
    await connection.beginTransaction()
    const id = await order(connection, request.body)
    await connection.commit()
    answer.status(201).json({ id })
  } catch (error) {
    await connection.rollback()
    throw error
  } finally {
    connection.release()
  }
})

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
process.on('SIGTERM', () => server.close(() => void pool.end()))
