import type { CheckBooksResponse } from '@micromart/contracts/order'
import type { BookReport } from '../model/book-tally.ts'

export const booksMessage = ({ invariants, ...report }: BookReport): CheckBooksResponse => ({
  ...report,
  invariants: invariants.map(({ checked, violationCount, ...verdict }) => ({
    ...verdict,
    checked: BigInt(checked),
    violationCount: BigInt(violationCount),
  })),
})
