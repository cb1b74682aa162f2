import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type AdminProduct,
  adminProducts,
  importCatalogue,
  list,
  type Summary,
  walk,
} from './support/catalogue.ts'
import { call, eventually } from './support/shop.ts'
import { loginAs, newProduct } from './support/shopper.ts'

const seedFile = readFileSync('scripts/catalogue/products.csv', 'utf8')

let admin: string
/** The seeded products; other tests have made some of their own. */
let seeded: readonly AdminProduct[]

beforeAll(async () => {
  admin = await loginAs('admin')
  const { rows } = await importCatalogue(admin, seedFile, { dryRun: true })
  const handles = new Set(rows.map(({ handle }) => handle))
  seeded = (await adminProducts(admin)).filter(({ handle }) => handles.has(handle))
  expect(seeded).toHaveLength(handles.size)
})

/** A word that no other product has. */
const newWord = () =>
  `q${randomBytes(6)
    .toString('hex')
    .replaceAll(/\d/g, (n) => 'ghijklmnop'[+n]!)}`

const create = async (product: object): Promise<AdminProduct> => {
  const sku = `T-${randomBytes(6).toString('hex').toUpperCase()}`
  const { status, body, text } = await call<AdminProduct>('POST', '/v1/admin/products', {
    token: admin,
    body: {
      status: 'active',
      variants: [{ sku, price: { amount: 2500, currency: 'EUR' } }],
      ...product,
    },
  })
  if (status !== 201) throw new Error(`create product: ${status} ${text}`)
  return body
}

const change = async (id: string, patch: object): Promise<void> => {
  const path = `/v1/admin/products/${id}`
  const { headers } = await call('GET', path, { token: admin })
  const ifMatch = { 'if-match': headers.get('etag') ?? '' }
  const { status, text } = await call('PATCH', path, {
    token: admin,
    headers: ifMatch,
    body: patch,
  })
  if (status !== 200) throw new Error(`change product: ${status} ${text}`)
}

const handlesOf = (items: readonly { handle: string }[]) => items.map(({ handle }) => handle)

describe('the seeded catalogue', () => {
  it('has 150 products on sale in 12 categories at least, a third of them with options', () => {
    const onSale = seeded.filter(({ status }) => status === 'active')
    const categories = new Set(onSale.flatMap((each) => handlesOf(each.categories)))

    expect(onSale.length).toBeGreaterThanOrEqual(150)
    expect(categories.size).toBeGreaterThanOrEqual(12)
    const withOptions = onSale.filter(({ options }) => options.length > 0)
    expect(withOptions.length).toBeGreaterThanOrEqual(onSale.length / 3)
    const bare = seeded.filter((each) => !each.description || each.variants.length === 0)
    expect(handlesOf(bare)).toEqual([])
  })

  it('shows each product with a picture, served as SVG', async () => {
    const served = await Promise.all(
      seeded.map(async ({ images }) => {
        const { status, headers, text } = await call('GET', images[0]?.url ?? '/missing')
        return [status, headers.get('content-type')?.split(';')[0], text.includes('<svg')]
      }),
    )
    expect(new Set(served.map(String))).toEqual(new Set([`200,image/svg+xml,true`]))
  })

  it('imported again is unchanged in every row', async () => {
    const { rows, ...counts } = await importCatalogue(admin, seedFile)
    expect(rows.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([])
    expect(counts).toEqual({ created: 0, updated: 0, unchanged: rows.length, failed: 0 })
  })

  it('comes back unchanged from its own export', async () => {
    const { status, text, headers } = await call('GET', '/v1/admin/products/export', {
      token: admin,
    })
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])

    const { rows, failed } = await importCatalogue(admin, text, { dryRun: true })

    expect(rows.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([])
    expect(failed).toBe(0)
    const exported = new Set(handlesOf(rows))
    expect(seeded.filter(({ handle }) => !exported.has(handle))).toEqual([])
  })
})

describe('a search', () => {
  it('puts the title before the tag before the description, and finds by the beginning of a word', async () => {
    const word = newWord()
    const inText = await create({ title: `Plain one ${newWord()}`, description: `With ${word}.` })
    const inTag = await create({ title: `Plain two ${newWord()}`, tags: [word] })
    const inTitle = await create({ title: `A longer title than the others with ${word}` })
    const wanted = handlesOf([inTitle, inTag, inText])

    const found = await eventually(
      () => list({ q: word }),
      ({ items }) => items.length === 3,
    )

    expect(handlesOf(found.items)).toEqual(wanted)
    expect(handlesOf((await list({ q: word.slice(0, 9) })).items)).toEqual(wanted)
    expect((await list({ q: `${word} ${newWord()}` })).items).toEqual([])
  })

  it.each(['coffee', 'ceramic', 'linen'])('for %s finds what is called so first', async (q) => {
    const { items } = await list({ q })
    const titled = items.map(({ title }) => title.toLowerCase().includes(q))
    expect(titled[0]).toBe(true)
    expect(titled).toEqual(titled.toSorted((a, b) => Number(b) - Number(a)))
  })
})

describe('filters', () => {
  it('by category, brand, price and stock give what they say, and all of it', async () => {
    const { categories, brand } = seeded.find((each) => each.available)!
    const category = categories[0]!.handle
    const named = async (filter: Record<string, string>) =>
      new Set(handlesOf(await walk({ ...filter, limit: '100' })))
    const all = await adminProducts(admin, { status: 'active' })
    const wanted = (fits: (product: AdminProduct) => boolean) =>
      new Set(handlesOf(all.filter(fits)))
    const inRange = ({ variants }: AdminProduct) =>
      variants.some(({ price: { amount } }) => amount >= 1000 && amount <= 2000)

    expect(await named({ category })).toEqual(
      wanted((each) => handlesOf(each.categories).includes(category)),
    )
    expect(await named({ brand })).toEqual(wanted((each) => each.brand === brand))
    expect(await named({ minPrice: '1000', maxPrice: '2000' })).toEqual(wanted(inRange))
    expect(await named({ inStock: 'true' })).toEqual(wanted((each) => each.available))
    expect(await named({ category, brand, inStock: 'true' })).toEqual(
      wanted(
        (each) =>
          each.available && each.brand === brand && handlesOf(each.categories).includes(category),
      ),
    )
  })

  it('are counted by the facets: each count is what choosing it gives', async () => {
    const { facets = [] } = await list({ q: 'coffee', facets: 'true', limit: '1' })

    expect(facets.map(({ name }) => name)).toEqual(['category', 'brand', 'price', 'availability'])
    for (const { name, values } of facets.filter((each) => each.name !== 'price')) {
      const key = name === 'availability' ? 'inStock' : name
      for (const { value, count } of values) {
        const { items } = await list({ q: 'coffee', [key]: value, limit: '100' })
        expect([name, value, items.length]).toEqual([name, value, count])
      }
    }
  })
})

const byText = new Intl.Collator('en', { sensitivity: 'base' }).compare
const least = ({ priceRange }: Summary) => priceRange?.min.amount ?? 0

const walks: [string, Record<string, string>, (a: Summary, b: Summary) => number][] = [
  ['newest', {}, () => 0],
  ['price', {}, (a, b) => least(a) - least(b)],
  ['-price', {}, (a, b) => least(b) - least(a)],
  ['title', {}, (a, b) => byText(a.title, b.title)],
  ['relevance', { q: 'coffee' }, () => 0],
]

describe('a walk by cursor', () => {
  it.each(walks)(
    'by %s misses and repeats nothing while products come and change',
    async (sort, filter, order) => {
      const word = newWord()
      const text = { description: `Coffee and ${word}` }
      const changing = await create({ title: `Walk ${newWord()}`, ...text })
      const path = { sort, ...filter, limit: '5' }
      const before = await eventually(
        () => walk({ ...path, limit: '100' }),
        (items) => handlesOf(items).includes(changing.handle),
      )

      let pages = 0
      const seen = await walk(path, async () => {
        pages += 1
        if (pages === 1) await create({ title: `Walk ${newWord()}`, ...text })
        if (pages === 2) await change(changing.id, { brand: `Brand ${word}` })
      })

      expect(pages).toBeGreaterThan(2)
      const handles = handlesOf(seen)
      expect(handles).toHaveLength(new Set(handles).size)
      const known = new Set(handlesOf(before))
      // What came during the walk may be on a later page or on one that is over.
      expect(handles.filter((handle) => known.has(handle))).toEqual(handlesOf(before))
      expect(seen.map(({ title }) => title)).toEqual(seen.toSorted(order).map(({ title }) => title))
    },
  )

  it('takes no cursor of another sort or filter', async () => {
    const { nextCursor } = await list({ sort: 'price', limit: '5' })
    const other = new URLSearchParams({ sort: 'title', limit: '5', cursor: nextCursor ?? '' })
    expect((await call('GET', `/v1/products?${other.toString()}`)).status).toBe(400)
  })
})

describe('what is cached', () => {
  it('is answered 304 to its ETag, until it changes', async () => {
    const { id, handle } = await create({ title: `Etag ${newWord()}` })
    const read = (etag: string) =>
      call('GET', `/v1/products/${handle}`, { headers: { 'if-none-match': etag } })
    const etag = (await read('')).headers.get('etag') ?? ''

    const again = await read(etag)
    await change(id, { title: `Etag changed ${newWord()}` })

    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' })
    const changed = await eventually(
      () => read(etag),
      ({ status }) => status === 200,
      2000,
    )
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  it('shows a new price within 2 s by id, by handle and in searches', async () => {
    const word = newWord()
    const { id, handle, variants } = await create({ title: `Price ${word}` })
    const prices = async () => {
      const one = (name: string) =>
        call<{ variants: { price: { amount: number } }[] }>('GET', `/v1/products/${name}`)
      const [byId, byHandle, found] = [await one(id), await one(handle), await list({ q: word })]
      return [
        byId.body.variants[0]?.price.amount,
        byHandle.body.variants[0]?.price.amount,
        found.items[0]?.priceRange?.min.amount,
      ]
    }
    await eventually(prices, (now) => now.every((amount) => amount === 2500))

    await change(id, {
      variants: [{ sku: variants[0]!.sku, price: { amount: 2600, currency: 'EUR' } }],
    })

    await eventually(prices, (now) => now.every((amount) => amount === 2600), 2000)
  })

  it('keeps no absence longer than 2 s', async () => {
    const handle = newWord()
    const read = () => call('GET', `/v1/products/${handle}`)
    expect((await read()).status).toBe(404)
    await create({ title: `Absent ${handle}`, handle })
    await eventually(read, ({ status }) => status === 200, 2000)
  })

  it('shows sold out within 2 s of the last unit', async () => {
    const { handle, sku } = await newProduct(admin, { stock: 1 })
    const available = async () =>
      (await call<{ available: boolean }>('GET', `/v1/products/${handle}`)).body.available
    await eventually(available, (is) => is)

    const { status } = await call('POST', `/v1/admin/stock/${sku}`, {
      token: admin,
      body: { delta: -1, reason: 'damaged' },
    })

    expect(status).toBeLessThan(300)
    await eventually(available, (is) => !is, 2000)
  })
})
