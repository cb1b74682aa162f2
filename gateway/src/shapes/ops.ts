import { auditActions } from '@micromart/kernel'
import { z } from 'zod'
import { flag, moment, paging } from './queries.ts'
import { line, ownWords, time } from './texts.ts'

const states = ['open', 'replayed', 'discarded'] as const

export const deadLetterQuery = z.object({
  ...paging,
  state: z.enum(states).optional().describe('All of them when left out.'),
})

export const discardQuery = z.object({
  note: ownWords(500).optional().describe('Why; kept with the letter.'),
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

const objectForm = /^[a-z_]{1,32}(?::.{1,255})?$/su

export const auditQuery = z.object({
  ...paging,
  actor: line(255).optional().describe('Id of the user or the client who did it.'),
  action: z.enum(auditActions).optional(),
  object: line(300)
    .refine((text) => objectForm.test(text), 'must be a kind, or a kind and an id: `order:<id>`')
    .optional()
    .describe('What it was done to: `order`, or `order:<id>`.'),
  since: moment.describe('From this moment on.'),
  until: moment.describe('Before this moment.'),
})

const fields = z.record(z.string(), z.unknown()).nullable()

const auditEntry = z
  .object({
    id: z.string().describe('`<service>:<seq>`'),
    at: time,
    service: z.string().describe('App id of the service that did it and keeps the entry.'),
    actor: z.object({
      kind: z.string().describe('`user`, `machine`, `service` or `system`.'),
      id: z.string().describe('User id, client id, app id, or the part of the shop that acts.'),
      roles: z.array(z.string()).describe("A user's, as the token had them."),
    }),
    action: z.string(),
    object: z.object({ kind: z.string(), id: z.string() }),
    outcome: z.string().describe('`done`, or the code of what became of it.'),
    before: fields.describe('The fields that changed, as they were.'),
    after: fields.describe('The fields that changed, as they became.'),
    address: z.string().nullable().describe('IP address, as the gateway saw it.'),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    traceId: z.string().nullable(),
    seq: z.int().describe('Its place in the log of its service, without a gap.'),
    hash: z.string().describe('SHA-256 over the hash of the entry before and all of this one.'),
  })
  .meta({ id: 'AuditEntry' })

export const auditList = z
  .object({
    items: z.array(auditEntry),
    nextCursor: z.string().nullable(),
    unavailable: z
      .array(z.string())
      .describe('Services that could not be asked: their entries are missing here.'),
  })
  .meta({ id: 'AuditList' })

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
