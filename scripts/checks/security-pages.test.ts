import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const cells = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The rows of a page's tables whose last column says where it is seen. */
const rowsOf = (page: string) => {
  const tables = readFileSync(page, 'utf8').split(/\n(?!\|)/)
  return tables
    .map((table) => table.trim().split('\n').map(cells))
    .filter(([heading = []]) => heading.at(-1) === 'seen by')
    .flatMap((table) => table.slice(2))
}

/** `file`: name of a test in it. */
const evidence = /^`([^`]+)`: (.+)$/

describe.each([['docs/security/threat-model.md', 65]])('%s', (page, least) => {
  it('names a test that exists in each row', () => {
    const rows = rowsOf(page)
    expect(rows.length).toBeGreaterThanOrEqual(least)
    const wrong = rows.filter((row) => {
      const [, file = '', name = ''] = evidence.exec(row.at(-1) ?? '') ?? []
      return name === '' || !existsSync(file) || !readFileSync(file, 'utf8').includes(name)
    })
    expect(wrong).toEqual([])
  })
})

const pages = [
  'SECURITY.md',
  'docs/security/threat-model.md',
  'docs/security/connections.md',
  'docs/security/checklist.md',
  'docs/security/personal-data.md',
]

it.each(pages)('%s leads nowhere that does not exist', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
  const targets = links.map(([, target = '']) => path.join(path.dirname(page), target))
  expect(targets.filter((target) => !existsSync(target))).toEqual([])
})
