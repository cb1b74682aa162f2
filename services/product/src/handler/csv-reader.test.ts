import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { stringify } from 'csv-stringify/sync'
import type { CsvRecord } from '../model/csv-row.ts'
import { csvRecordsOf } from './csv-reader.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = async (file: string | Buffer, size = 7): Promise<CsvRecord[]> => {
  const records: CsvRecord[] = []
  for await (const record of csvRecordsOf(inPieces(Buffer.from(file), size))) records.push(record)
  return records
}

const short = (records: readonly CsvRecord[]) =>
  records.map(({ line, cells, broken }) => [line, broken ?? cells.join('|')])

/** Only the beginning of the cells. */
const cut = ({ line, cells, broken }: CsvRecord) => [line, broken ?? cells.join('|').slice(0, 9)]

describe('a CSV file', () => {
  it.each([1, 3, 1_000])(
    'gives its records with their lines, in pieces of %i bytes',
    async (size) => {
      const file = '\ufeffa,b\r\n1,"x\r\ny ""z"""\r\n\r\n\r\n2,é\r\n'
      expect(short(await read(file, size))).toEqual([
        [1, 'a|b'],
        [2, '1|x\ny "z"'],
        [6, '2|é'],
      ])
    },
  )

  it.each([',', ';', '\t'])('may be separated by %j', async (sign) => {
    const file =
      ['a', 'b', 'c'].join(sign) + '\n' + ['1,5', '2;5', '3'].map((cell) => `"${cell}"`).join(sign)
    expect((await read(file)).map(({ cells }) => cells)).toEqual([
      ['a', 'b', 'c'],
      ['1,5', '2;5', '3'],
    ])
  })

  it.each(['\n', '\r\n', '\r'])('may end its lines in %j', async (end) => {
    expect(short(await read(['a,b', '1,2', '3,4', ''].join(end)))).toEqual([
      [1, 'a|b'],
      [2, '1|2'],
      [3, '3|4'],
    ])
  })

  it('may have quotes in the middle and rows of any length', async () => {
    expect(short(await read('a,b\n5" pipe,x "y" z\n1\n1,2,3\n'))).toEqual([
      [1, 'a|b'],
      [2, '5" pipe|x "y" z'],
      [3, '1'],
      [4, '1|2|3'],
    ])
  })

  it('goes on with the next line after a quote that is never closed', async () => {
    expect(short(await read('a,b\n\n1,"2\n3,4\n5,6\n'))).toEqual([
      [1, 'a|b'],
      [3, 'csv_quote_not_closed'],
      [4, '3|4'],
      [5, '5|6'],
    ])
  })

  it('goes on after a record that is too long', async () => {
    const file = `a,b\n1,"${'x'.repeat(1_200_000)}"\n2,3\n4,"${'y\n'.repeat(700_000)}\n`
    const [header, long, next, endless, last] = await read(file, 65_536)
    expect([header!, long!, next!, endless!, last!].map(cut)).toEqual([
      [1, 'a|b'],
      [2, 'csv_max_record_size'],
      [3, '2|3'],
      [4, 'csv_max_record_size'],
      [5, 'y'],
    ])
  })

  it('is given up when it is full of quotes that nobody closes', async () => {
    const line = `${'"\n'.repeat(3)}x,"${'y'.repeat(20_000)}\n`
    const records = await read(`a,b\n${line.repeat(300)}`, 65_536)
    expect(records.filter(({ broken }) => broken !== undefined).length).toBeLessThanOrEqual(101)
  })

  it('gives back what was written, whatever the cells and the pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ';', ' ', '茶', "'") })
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (cells, size) => {
        const file = stringify([['x', 'y'], ...cells], { quoted: true })
        expect((await read(file, size)).map((record) => record.cells)).toEqual([
          ['x', 'y'],
          ...cells,
        ])
      }),
    )
  })
})
