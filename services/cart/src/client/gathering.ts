import { AsyncLocalStorage } from 'node:async_hooks'
import { DomainError } from '@micromart/kernel'

type Ask<T> = (keys: readonly string[]) => Promise<T>

type Question<T> = {
  readonly keys: readonly string[]
  /** Runs work as part of the request that asks: in its trace. */
  readonly within: <R>(work: () => R) => R
  readonly resolve: (answer: T) => void
  readonly reject: (error: unknown) => void
}

/** How long a question under way keeps others waiting: a slow answer must not slow down those who come after it. */
const patienceMs = 20

/** As many questions as may go together; a single one may be any size. */
const takeTogether = <T>(waiting: Question<T>[], mostKeys: number): Question<T>[] => {
  const keys = new Set<string>()
  let count = 0
  for (const question of waiting) {
    for (const key of question.keys) keys.add(key)
    if (count > 0 && keys.size > mostKeys) break
    count += 1
  }
  return waiting.splice(0, count)
}

const askFor = async <T>(ask: Ask<T>, questions: readonly Question<T>[]): Promise<void> => {
  const keys = [...new Set(questions.flatMap((question) => question.keys))]
  try {
    const answer = await ask(keys)
    for (const { resolve } of questions) resolve(answer)
  } catch (error) {
    const isOnesFault = error instanceof DomainError && error.kind === 'invalid'
    if (questions.length === 1 || !isOnesFault) for (const { reject } of questions) reject(error)
    // What one of them asked cannot be answered; the others are none the worse for it.
    else await Promise.all(questions.map((question) => askFor(ask, [question])))
  }
}

/**
 * Asks one question at a time; what is wanted meanwhile goes together into the next one. Nobody gets an answer that was asked for
 * before they came, and who is alone waits for nobody.
 * @param ask answers at least what is asked for; its answer goes to several
 */
export const gathering = <T>(ask: Ask<T>, mostKeys: number): Ask<T> => {
  const waiting: Question<T>[] = []
  let isAsking = false

  const askNext = () => {
    const together = takeTogether(waiting, mostKeys)
    const [first] = together
    isAsking = first !== undefined
    if (!first) return
    let isOurTurn = true
    const passOn = () => {
      clearTimeout(limit)
      if (isOurTurn) askNext()
      isOurTurn = false
    }
    const limit = setTimeout(passOn, patienceMs)
    void first.within(() => askFor(ask, together)).finally(passOn)
  }

  return (keys) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ keys, within: AsyncLocalStorage.snapshot(), resolve, reject })
      if (!isAsking) askNext()
    })
}
