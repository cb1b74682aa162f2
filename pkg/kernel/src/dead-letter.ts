import type { NewAuditEntry } from './audit.ts'
import type { Page } from './page.ts'

export const deadLetterStates = ['open', 'replayed', 'discarded'] as const

export type DeadLetterState = (typeof deadLetterStates)[number]

/** What somebody did with a letter. */
export type DeadLetterDecision = {
  readonly at: Date
  /** User id. */
  readonly actor: string
  /** `replay_failed` leaves the letter open. */
  readonly action: 'replayed' | 'replay_failed' | 'discarded'
  readonly note: string
}

/** An event that its consumer could not handle. */
export type DeadLetter = {
  /** The event's. */
  readonly id: string
  readonly topic: string
  /** JSON text as it came; bytes that are not JSON as `{"base64": "..."}`. */
  readonly payload: string
  /** W3C context of the change that told the event. */
  readonly traceparent: string | undefined
  /** Code of the last failure, such as `order_not_found`; `unrecorded` when nobody could note it. */
  readonly reason: string
  /** Deliveries that failed. */
  readonly attempts: number
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
  readonly state: DeadLetterState
  /** Oldest first; the list only grows. */
  readonly decisions: readonly DeadLetterDecision[]
}

/** Deliveries of an event that failed. */
export type EventFailure = {
  readonly eventId: string
  readonly topic: string
  readonly reason: string
  readonly attempts: number
  readonly at: Date
}

/** A letter as it arrives; what is known of its failures has been noted before. */
export type NewDeadLetter = Pick<DeadLetter, 'id' | 'payload' | 'traceparent'> & {
  /** Undefined when the broker lost it: the noted failures may know. */
  readonly topic: string | undefined
  readonly at: Date
}

/** What a consumer keeps of the events that it could not handle; each consumer has its own. */
export type DeadLetters = {
  /** Adds to what is known of an event's failures: attempts are summed, the last reason stays. */
  readonly noteFailure: (failure: EventFailure) => Promise<void>
  /** @returns the code of an event's last noted failure, if one was noted */
  readonly lastReason: (eventId: string) => Promise<string | undefined>
  /** Keeps a letter, with the failures noted. One that is there already stays as it is, decided or not, but for its failures. */
  readonly keep: (letter: NewDeadLetter) => Promise<void>
  /** Newest first. @throws DomainError invalid `cursor_invalid` */
  readonly list: (wanted: {
    readonly state?: DeadLetterState | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }) => Promise<Page<DeadLetter>>
  readonly get: (id: string) => Promise<DeadLetter | undefined>
  /**
   * Writes a decision down, in the audit log too, and closes the letter, unless it was a failed replay.
   * @returns false when it was closed already
   */
  readonly decide: (
    id: string,
    decision: DeadLetterDecision,
    entry: NewAuditEntry,
  ) => Promise<boolean>
  readonly countOpen: () => Promise<number>
  /** Forgets failures noted before a moment; letters and decisions stay. */
  readonly prune: (before: Date) => Promise<void>
}

/** How far a service is behind. */
export type Backlog = {
  /** Events that the broker has not got. */
  readonly unsent: number
  readonly oldestUnsentAt: Date | undefined
  readonly openDeadLetters: number
  /** Idempotency keys whose attempt is neither finished nor within its time. */
  readonly abandonedKeys: number
}
