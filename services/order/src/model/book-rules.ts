import { nothingKeptForNothing, soldGoodsLeftTheShelf } from './book-goods.ts'
import {
  cartGaveItsGoods,
  eventsAreTheHistory,
  historyIsLegal,
  nothingLost,
} from './book-history.ts'
import { capturedOnce, noOrphanMoney, totalIsItsLines } from './book-money.ts'
import { nothingStuck } from './book-progress.ts'
import type { BookRecord, BookTime } from './book-record.ts'
import type { BookId, BookRule } from './book-rule.ts'

/** All rules over one order; skus and backlogs are judged apart. */
const bookRules: readonly BookRule[] = [
  soldGoodsLeftTheShelf,
  capturedOnce,
  nothingLost,
  noOrphanMoney,
  nothingKeptForNothing,
  nothingStuck,
  eventsAreTheHistory,
  cartGaveItsGoods,
  totalIsItsLines,
  historyIsLegal,
]

/** What the rules say of one record: which had anything to say, and what is wrong. */
export type BookFinding = {
  readonly judged: readonly BookId[]
  readonly wrong: readonly { readonly id: BookId; readonly message: string }[]
}

export const judgeRecord = (record: BookRecord, time: BookTime): BookFinding => {
  const judged: BookId[] = []
  const wrong: { id: BookId; message: string }[] = []
  for (const { id, judge } of bookRules) {
    const words = judge(record, time)
    if (words === undefined) continue
    judged.push(id)
    if (words.length > 0) wrong.push({ id, message: words.join('; ') })
  }
  return { judged, wrong }
}
