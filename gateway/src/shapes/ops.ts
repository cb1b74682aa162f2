import { z } from 'zod'
import { flag, paging } from './queries.ts'
import { line, time } from './texts.ts'

const states = ['open', 'replayed', 'discarded'] as const

export const deadLetterQuery = z.object({
  ...paging,
  state: z.enum(states).optional().describe('All of them when left out.'),
})

export const discardQuery = z.object({
  note: line(500).optional().describe('Why; kept with the letter.'),
})

export const deadLetter = z
  .object({
    id: z.string().describe('`<consumer>:<event id>`'),
    consumer: z.string().describe('App id of the part that could not handle the event.'),
    topic: z.string(),
    payload: z.unknown().describe('The event as it came.'),
    reason: z.string().describe('Code of the last failure.'),
    attempts: z.int().describe('Deliveries that failed.'),
    state: z.string().describe('`open`, `replayed` or `discarded`.'),
    firstFailedAt: time,
    lastFailedAt: time,
    traceId: z.string().nullable().describe('Of the change that told the event.'),
    decisions: z
      .array(
        z.object({
          at: time,
          actor: z.string().describe('User id.'),
          action: z.string().describe('`replayed`, `replay_failed` or `discarded`.'),
          note: z.string(),
        }),
      )
      .describe('What was done with it, oldest first.'),
  })
  .meta({ id: 'DeadLetter' })

export const deadLetterList = z
  .object({
    items: z.array(deadLetter),
    nextCursor: z.string().nullable(),
    unavailable: z
      .array(z.string())
      .describe('Consumers that could not be asked: their letters are missing here.'),
  })
  .meta({ id: 'DeadLetterList' })

export const booksQuery = z.object({
  full: flag.describe('Everything, also closed orders that agreed before.'),
})

export const books = z
  .object({
    consistent: z.boolean().describe('Whether every invariant holds.'),
    checkedAt: time,
    cut: time.describe('What changed after it was left out: work under way is no break.'),
    invariants: z.array(
      z.object({
        id: z.string().describe('Such as `I4`.'),
        title: z.string().describe('What must hold.'),
        holds: z.boolean(),
        checked: z.int().describe('How many orders, payments, skus or rows were compared.'),
        violations: z
          .array(z.object({ subject: z.string(), message: z.string() }))
          .describe('The first hundred that break it.'),
        violationCount: z.int(),
      }),
    ),
  })
  .meta({ id: 'Books' })
