import { beforeEach, describe, expect, it } from '@jest/globals'
import { CatalogueCache, type Filled, prepare } from './catalogue-cache.ts'
import { refusal } from '../problem/problem.ts'

const product = (names: readonly string[], text = 'product'): Filled => ({
  prepared: prepare({ text }),
  dependence: { on: 'products', names },
})
const list = (text = 'list'): Filled => ({
  prepared: prepare({ text }),
  dependence: { on: 'anything' },
})

describe('the catalogue cache', () => {
  let now: number
  let cache: CatalogueCache
  const learn = (changes: { productId: string; handle: string }[] = [], reset = false) =>
    cache.learn(changes, reset, new Date(now))
  const put = (url: string, filled: Filled) => cache.through(url, `key ${url}`, async () => filled)

  beforeEach(() => {
    now = 1_000_000
    cache = new CatalogueCache({ now: () => new Date(now) }, 1_000_000)
    learn()
  })

  it('serves a kept answer by its URL', async () => {
    const put1 = await put('/p/tea', product(['1', 'tea']))
    expect(cache.hit('/p/tea')).toBe(put1)
    expect(cache.hit('/p/other')).toBeUndefined()
  })

  it('drops what a change names by id or handle, and all lists, and nothing else', async () => {
    await put('/p/tea', product(['1', 'tea']))
    await put('/p/1', product(['1', 'tea']))
    await put('/p/oil', product(['2', 'oil']))
    await put('/list', list())
    learn([{ productId: '1', handle: 'green-tea' }])
    const kept = ['/p/tea', '/p/1', '/p/oil', '/list'].filter((url) => cache.hit(url))
    expect(kept).toEqual(['/p/oil'])
  })

  it('drops everything when the place in the changes was lost', async () => {
    await put('/p/oil', product(['2', 'oil']))
    learn([], true)
    expect(cache.hit('/p/oil')).toBeUndefined()
  })

  it('serves nothing when the last good answer about changes is 2 s old', async () => {
    await put('/p/tea', product(['1', 'tea']))
    now += 1_999
    expect(cache.hit('/p/tea')).toBeDefined()
    now += 1
    expect(cache.hit('/p/tea')).toBeUndefined()
    learn()
    expect(cache.hit('/p/tea')).toBeDefined()
  })

  it('keeps an absence for less than 2 s, and no longer than the next change', async () => {
    const absent: Filled = {
      prepared: { kind: 'absent', problem: refusal('not_found') },
      dependence: { on: 'anything' },
    }
    await put('/p/new', absent)
    now += 1_900
    learn()
    expect(cache.hit('/p/new')).toBeDefined()
    now += 100
    learn()
    expect(cache.hit('/p/new')).toBeUndefined()
    await put('/p/new', absent)
    learn([{ productId: '9', handle: 'new' }])
    expect(cache.hit('/p/new')).toBeUndefined()
  })

  it('one filler serves all who ask meanwhile', async () => {
    let fills = 0
    const { promise, resolve } = Promise.withResolvers<Filled>()
    const fill = () => {
      fills += 1
      return promise
    }
    const asked = Array.from({ length: 20 }, () => cache.through('/list', 'list', fill))
    resolve(list())
    const answers = await Promise.all(asked)
    expect(fills).toBe(1)
    expect(new Set(answers).size).toBe(1)
  })

  it('does not keep what was read before a change became known, and does not join its filler', async () => {
    const { promise, resolve } = Promise.withResolvers<Filled>()
    const old = cache.through('/list', 'list', () => promise)
    learn([{ productId: '1', handle: 'tea' }])
    const fresh = await cache.through('/list', 'list', async () => list('fresh'))
    resolve(list('old'))
    await old
    expect(cache.hit('/list')).toBe(fresh)
  })

  it('a filler that fails is kept by nobody', async () => {
    const broken = cache.through('/list', 'list', () => Promise.reject(new Error('down')))
    await expect(broken).rejects.toThrow('down')
    const answer = await put('/list', list())
    expect(cache.hit('/list')).toBe(answer)
  })
})
