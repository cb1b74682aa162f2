import { DomainError, type DeadLetters, type EventFailure, type Log } from '@micromart/kernel'
import { databaseFault } from '@micromart/store/faults'

/** Why an event was not handled, as a code. */
export const reasonOf = (error: unknown): string => {
  const read = error instanceof DomainError ? error : databaseFault(error)
  return read?.code ?? 'internal'
}

/** Counts the failed deliveries of events where the letters are kept. */
export type FailureNotes = {
  readonly note: (failure: Omit<EventFailure, 'attempts'>) => Promise<void>
  /** Writes down what could not be written at its time. */
  readonly settle: (eventId: string) => Promise<void>
}

const mostWaiting = 1_000

/** Failures are noted best when the store is well; those that it could not take, most often its own, wait in this process. */
export const failureNotes = (letters: DeadLetters, log: Log): FailureNotes => {
  const waiting = new Map<string, EventFailure>()
  const settle = async (eventId: string): Promise<void> => {
    const failure = waiting.get(eventId)
    if (!failure) return
    await letters.noteFailure(failure)
    waiting.delete(eventId)
  }
  return {
    settle,
    note: async (failure) => {
      const before = waiting.get(failure.eventId)?.attempts ?? 0
      const [oldest] = waiting.keys()
      if (waiting.size >= mostWaiting && oldest !== undefined) waiting.delete(oldest)
      waiting.set(failure.eventId, { ...failure, attempts: before + 1 })
      await settle(failure.eventId).catch((cause: unknown) =>
        log.warn({ eventId: failure.eventId, cause }, 'a failed delivery could not be noted yet'),
      )
    },
  }
}
