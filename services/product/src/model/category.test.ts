import { describe, expect, it } from '@jest/globals'
import { type Category, categoryPath, categoryTree, pathTitles } from './category.ts'
import { categoryIndex } from './category-index.ts'

const category = (id: string, parentId?: string, position = 0): Category => ({
  id,
  handle: id,
  title: id.toUpperCase(),
  position,
  parentId,
})

let counter = 0
const ids = { next: () => `id-${(counter += 1)}` }

describe('the tree', () => {
  it('has siblings in their order, and orphans at the top', () => {
    const tree = categoryTree([
      category('b', 'root', 1),
      category('a', 'root', 2),
      category('root'),
      category('lost', 'nobody', 1),
    ])
    const shape = (nodes: typeof tree): unknown =>
      nodes.map(({ id, children }) => (children.length > 0 ? [id, shape(children)] : id))
    expect(shape(tree)).toEqual([['root', ['b', 'a']], 'lost'])
  })

  it('is told as a path and read back', () => {
    const all = [category('a'), category('b', 'a')]
    const byId = new Map(all.map((each) => [each.id, each]))
    expect(categoryPath(all[1]!, byId)).toBe('A > B')
    expect(pathTitles(' A >  B > ')).toEqual(['A', 'B'])
  })
})

describe('the categories of an import', () => {
  it('makes what a path lacks, once, parents first', () => {
    const index = categoryIndex([category('home')], ids)
    expect(index.find(['Home', 'Kitchen', 'Mugs'])).toEqual({ handle: 'mugs', title: 'Mugs' })
    expect(index.find(['home', 'KITCHEN', 'mugs'])).toEqual({ handle: 'mugs', title: 'Mugs' })
    const wanted = index.takeWanted()
    expect(wanted.map(({ handle, parentId }) => [handle, parentId])).toEqual([
      ['kitchen', 'home'],
      ['mugs', wanted[0]?.id],
    ])
    expect(index.takeWanted()).toEqual([])
  })

  it('takes a single name wherever it stands', () => {
    const index = categoryIndex([category('home'), category('mugs', 'home')], ids)
    expect(index.find(['Mugs'])).toEqual({ handle: 'mugs', title: 'MUGS' })
  })

  it('tells categories of one name in two places apart', () => {
    const index = categoryIndex([], ids)
    expect(index.find(['Bath', 'Rugs']).handle).toBe('rugs')
    expect(index.find(['Hall', 'Rugs']).handle).toBe('hall-rugs')
    expect(index.find(['Hall', 'Rugs']).handle).toBe('hall-rugs')
  })
})
