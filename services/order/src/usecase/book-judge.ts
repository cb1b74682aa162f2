import { isId } from '@micromart/kernel'
import { paidWasTold } from '../model/book-history.ts'
import type { Books, TakenQuestion } from '../model/book-ports.ts'
import { type BookRecord, type BookTime, changedAt, hasWorkLeft } from '../model/book-record.ts'
import { type BookFinding, judgeRecord } from '../model/book-rules.ts'
import type { BookTally } from '../model/book-tally.ts'
import { after } from '../model/limits.ts'
import { pageSize, recordsOf } from './book-join.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** A cart that nobody touches ends after so long. */
const cartKept = 30 * day

/** A broken shop is not waited for once per page. */
const mostMoments = 5

type Deps = {
  readonly books: Books
  readonly time: BookTime
  readonly tally: BookTally
  /** Ids up to here may count as done; later ones are looked at next time anyway. */
  readonly settled: string
}

const isYoung = (record: BookRecord, cut: Date): boolean => changedAt(record) > cut.getTime()

type Look = { readonly again: boolean; readonly inOrder: boolean }

const questionsOf = (records: readonly BookRecord[], { now, cut }: BookTime): TakenQuestion[] =>
  records.flatMap((record) => {
    const { id, order } = record
    if (!order || isYoung(record, cut) || !paidWasTold(order, cut)) return []
    if (order.createdAt < after(now, -cartKept)) return []
    return [{ orderId: id, cartId: order.cart.id, cartKey: order.cart.key }]
  })

const isDone = ({ order }: BookRecord): boolean => !order || !hasWorkLeft(order)

/** Judges batches of records. What disagrees is read again from all stores before it counts as a break. */
export const bookJudge = ({ books, time, tally, settled }: Deps) => {
  let suspects: string[] = []
  let moments = 0

  const withCarts = async (records: readonly BookRecord[]): Promise<readonly BookRecord[]> => {
    const left = await books.remote.leftInCarts(questionsOf(records, time))
    if (left.size === 0) return records
    return records.map((record) => ({ ...record, leftInCart: left.has(record.id) }))
  }

  const count = ({ id }: BookRecord, { judged, wrong }: BookFinding): void => {
    for (const rule of judged) tally.checked(rule)
    for (const { id: rule, message } of wrong) tally.violated(rule, { subject: id, message })
  }

  /** @returns whether nothing is left to say about it */
  const judge = (record: BookRecord, again: boolean): boolean => {
    if (isYoung(record, time.cut)) return false
    const finding = judgeRecord(record, time)
    const agrees = finding.wrong.length === 0
    if (!agrees && !again && isId(record.id)) suspects.push(record.id)
    else count(record, finding)
    return agrees && isDone(record)
  }

  const look = async (records: readonly BookRecord[], { again, inOrder }: Look): Promise<void> => {
    const open: string[] = []
    const closed: string[] = []
    for (const record of await withCarts(records)) {
      const list = judge(record, again) ? closed : open
      if (record.id <= settled) list.push(record.id)
    }
    const last = records.at(-1)?.id
    const upTo = inOrder ? last : undefined
    await books.own.marks.note({ open, closed, upTo: upTo && upTo > settled ? settled : upTo })
  }

  const lookAgain = async (): Promise<void> => {
    while (suspects.length > 0) {
      moments += 1
      if (moments <= mostMoments) await books.moment()
      const ids = suspects.slice(0, pageSize)
      suspects = suspects.slice(pageSize)
      await look(await recordsOf(books, ids), { again: true, inOrder: false })
    }
  }

  return {
    /** @param inOrder whether these are batches of all ids: the watermark follows them */
    judge: async (records: readonly BookRecord[], inOrder: boolean): Promise<void> => {
      await look(records, { again: false, inOrder })
      if (suspects.length >= pageSize) await lookAgain()
    },
    /** Looks again at what disagreed. */
    finish: lookAgain,
  }
}
