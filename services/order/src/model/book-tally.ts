import { type BookId, bookTitles } from './book-rule.ts'

export type BookViolation = { readonly subject: string; readonly message: string }

export type BookVerdict = {
  readonly id: BookId
  readonly title: string
  readonly holds: boolean
  readonly checked: number
  /** The first hundred of `violationCount`. */
  readonly violations: readonly BookViolation[]
  readonly violationCount: number
}

/** What a check of the books answers. Rows changed after `cut` were left out. */
export type BookReport = {
  readonly consistent: boolean
  readonly checkedAt: Date
  readonly cut: Date
  readonly invariants: readonly BookVerdict[]
}

const mostNamed = 100

/** Counts of one check; a million violations take no more memory than a hundred. */
export const newTally = () => {
  const counts = new Map<BookId, { checked: number; count: number; named: BookViolation[] }>()
  const of = (id: BookId) => {
    const known = counts.get(id) ?? { checked: 0, count: 0, named: [] }
    counts.set(id, known)
    return known
  }
  return {
    checked: (id: BookId): void => {
      of(id).checked += 1
    },
    violated: (id: BookId, violation: BookViolation): void => {
      const known = of(id)
      known.count += 1
      if (known.named.length < mostNamed) known.named.push(violation)
    },
    verdicts: (): readonly BookVerdict[] =>
      (Object.keys(bookTitles) as BookId[]).map((id) => {
        const { checked, count, named } = of(id)
        const title = bookTitles[id]
        return { id, title, holds: count === 0, checked, violations: named, violationCount: count }
      }),
  }
}

export type BookTally = ReturnType<typeof newTally>
