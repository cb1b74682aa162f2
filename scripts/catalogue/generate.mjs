/** Everything derived (sku, barcode, picture) comes from the handle, so that a change touches only its own rows. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { commandLine } from '../lib/terminal/command-line.mjs'
import { departments } from './data/index.mjs'
import { motifNames, picture } from './pictures.mjs'

commandLine(`
node scripts/catalogue/generate.mjs

Writes products.csv (Shopify's product columns) and a picture per product from the data in data/. Both results are checked in: run it
after changing the data.
`)

const here = new URL('./', import.meta.url)

const columns = [
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published',
  'Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value',
  'Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price',
  'Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status',
]
  .join(',')
  .split(',')

const handleOf = (title) =>
  title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

const hashOf = (text) => createHash('sha256').update(text).digest()

/** EAN-13 in the range 20..29, which GS1 leaves to shops' own use. */
const barcodeOf = (sku) => {
  const digits = `20${(hashOf(`ean ${sku}`).readUIntBE(0, 6) % 1e10).toString().padStart(10, '0')}`
  const sum = Array.from(digits).reduce(
    (all, digit, at) => all + Number(digit) * (at % 2 ? 3 : 1),
    0,
  )
  return `${digits}${(10 - (sum % 10)) % 10}`
}

const codeOf = (value) =>
  value
    .normalize('NFKD')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9 ]/g, '')
    .split(' ')
    .map((word) => (/\d/.test(word) ? word : word.slice(0, 3)))
    .join('')

/** Every combination of the options' values; one empty combination without options. */
const combinations = (options) =>
  Object.values(options).reduce(
    (all, values) => all.flatMap((head) => values.map((value) => [...head, value])),
    [[]],
  )

/** A figure per variant: one for all, one for each, or one for each value of the first option. */
const figureFor = (figure, at, count, options) => {
  if (!Array.isArray(figure)) return figure
  if (figure.length === count) return figure[at]
  const [first = []] = Object.values(options)
  if (figure.length !== first.length) throw new Error(`${figure.length} figures for ${count}`)
  return figure[Math.floor((at * first.length) / count)]
}

/** One stock figure for many variants is spread a little, as shelves are. */
const stockFor = (product, sku, at, count) => {
  const stock = figureFor(product.stock, at, count, product.options)
  if (Array.isArray(product.stock) || count === 1) return stock
  return Math.round(stock * (0.4 + (hashOf(`stock ${sku}`)[0] / 255) * 0.8))
}

const money = (amount) => (amount === undefined ? '' : amount.toFixed(2))

const variantsOf = (product) => {
  const every = combinations(product.options)
  return every.map((values, at) => {
    const of = (figure) => figureFor(figure, at, every.length, product.options)
    const sku = [product.sku, ...values.map(codeOf)].join('-')
    return {
      ...optionColumns(product, values, at),
      'Variant SKU': sku,
      'Variant Grams': of(product.grams),
      'Variant Inventory Qty': stockFor(product, sku, at, every.length),
      'Variant Price': money(of(product.price)),
      'Variant Compare At Price': money(of(product.was)),
      'Variant Barcode': barcodeOf(sku),
    }
  })
}

const optionColumns = (product, values, at) => {
  if (values.length === 0) return { 'Option1 Name': 'Title', 'Option1 Value': 'Default Title' }
  const names = at === 0 ? Object.keys(product.options) : []
  return Object.fromEntries(
    values.flatMap((value, index) => [
      [`Option${index + 1} Name`, names[index] ?? ''],
      [`Option${index + 1} Value`, value],
    ]),
  )
}

const headColumns = (product) => ({
  Title: product.title,
  'Body (HTML)': product.text.startsWith('<') ? product.text : `<p>${product.text}</p>`,
  Vendor: product.brand,
  'Product Category': `${product.department} > ${product.type}`,
  Type: product.type,
  Tags: product.tags.join(', '),
  Published: String(product.status === 'active'),
  'Image Src': `/images/${product.handle}.svg`,
  'Image Position': 1,
  'Image Alt Text': product.alt ?? `${product.title} by ${product.brand}`,
  Status: product.status,
})

const complete = (department, type, product) => {
  const handle = product.handle ?? handleOf(product.title)
  const number = 1000 + (hashOf(handle).readUInt32BE(0) % 9000)
  const sku = `${codeOf(type).replaceAll(/\W/g, '').slice(0, 3)}-${number}`
  return { options: {}, status: 'active', sku, ...product, handle, department, type }
}

const rowsOf = (product) =>
  variantsOf(product).map((variant, at) => ({
    Handle: product.handle,
    ...(at === 0 ? headColumns(product) : {}),
    ...variant,
  }))

const cell = (value) => {
  const text = value === undefined ? '' : String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const lineOf = (row) => columns.map((column) => cell(row[column])).join(',')

const refuseRepeats = (name, values) => {
  const seen = new Set()
  for (const value of values) {
    if (seen.has(value)) throw new Error(`${name} ${value} is used twice`)
    seen.add(value)
  }
}

const writePictures = async (products) => {
  const folder = new URL('images/', here)
  await mkdir(folder, { recursive: true })
  for (const old of await readdir(folder)) await rm(new URL(old, folder))
  for (const product of products) {
    if (!motifNames.includes(product.art)) throw new Error(`no picture of ${product.art}`)
    await writeFile(new URL(`${product.handle}.svg`, folder), picture(product))
  }
}

const products = Object.entries(departments).flatMap(([department, types]) =>
  Object.entries(types).flatMap(([type, list]) =>
    list.map((product) => complete(department, type, product)),
  ),
)
const rows = products.flatMap(rowsOf)
for (const name of ['Variant SKU', 'Variant Barcode']) {
  refuseRepeats(
    name,
    rows.map((row) => row[name]),
  )
}
refuseRepeats(
  'Handle',
  products.map(({ handle }) => handle),
)
await writeFile(
  new URL('products.csv', here),
  `${[columns.join(','), ...rows.map(lineOf)].join('\n')}\n`,
)
await writePictures(products)
console.log(`${products.length} products, ${rows.length} variants`)
