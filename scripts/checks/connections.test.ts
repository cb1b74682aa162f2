import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'

const page = readFileSync('docs/security/connections.md', 'utf8')

const cells = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
  .map(cells)
  .filter((row) => row.at(-1) !== 'seen by')

/** `file`: name of a test in it. */
const evidence = /^`([^`]+)`: (.+)$/

describe('the page of connections', () => {
  it('has a row for each connection, and each row names a test that exists', () => {
    expect(rows.length).toBeGreaterThan(20)
    const wrong = rows.filter((row) => {
      const [, file = '', name = ''] = evidence.exec(row.at(-1) ?? '') ?? []
      return name === '' || !existsSync(file) || !readFileSync(file, 'utf8').includes(name)
    })
    expect(wrong).toEqual([])
  })
})
