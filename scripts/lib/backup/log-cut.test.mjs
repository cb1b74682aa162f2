import { expect, it } from '@jest/globals'
import { cutReader } from './log-cut.mjs'

const at = (second) => `#261201  3:31:${String(second).padStart(2, '0')} server id 1`

/** What mariadb-binlog of MariaDB 10.11 lists, without what is not read. */
const transaction = (place, second, table = 'micromart_order') => `# at ${place}
${at(second)}  end_log_pos ${place + 42} CRC32 0x20cb1e5e \tGTID 0-1-11 trans
START TRANSACTION
# at ${place + 42}
${at(second)}  end_log_pos ${place + 90} CRC32 0x4be5d2a7 \tTable_map: \`${table}\`.\`orders\` mapped to number 23
# at ${place + 90}
${at(second)}  end_log_pos ${place + 99} CRC32 0x66440030 \tXid = 92
COMMIT/*!*/;`

const start = `# at 4
${at(30)}  end_log_pos 256 CRC32 0x44f628d2 \tStart: binlog v 4, server v 10.11.19-MariaDB created 261201  3:31:30`

const read = (files, until, from = 379) => {
  const reader = cutReader({ start: from, until: new Date(`2026-12-01T03:31:${until}Z`) })
  for (const [index, text] of files.entries()) {
    reader.file(`binlog.${index}`)
    for (const line of text.split('\n')) if (!reader.isOver()) reader.line(line)
  }
  return reader.result()
}

it('ends before the first transaction of the second that is named', () => {
  const log = [start, transaction(379, 31), transaction(500, 32), transaction(600, 33)].join('\n')
  const cut = read([log], '33')
  expect(cut).toMatchObject({
    transactions: 2,
    last: new Date('2026-12-01T03:31:32Z'),
    over: { file: 'binlog.0', position: 600 },
    created: new Date('2026-12-01T03:31:30Z'),
  })
})

it('goes on in the next file, and says when it ends before the instant', () => {
  const files = [
    `${start}\n${transaction(379, 31)}`,
    `${start}\n${transaction(300, 32)}\n${transaction(400, 40)}`,
  ]
  expect(read(files, '35').over).toMatchObject({ file: 'binlog.1', position: 400 })
  expect(read(files, '50')).toMatchObject({ transactions: 3 })
  expect(read(files, '50').over).toBeUndefined()
})

it('counts nothing that the base holds', () => {
  const log = [start, transaction(300, 31), transaction(500, 32)].join('\n')
  expect(read([log], '50', 500).transactions).toBe(1)
})

it('tells whose databases are changed', () => {
  const log = [start, transaction(379, 31), transaction(500, 32, 'another_shop')].join('\n')
  expect([...read([log], '50').databases]).toEqual(['micromart_order', 'another_shop'])
})
