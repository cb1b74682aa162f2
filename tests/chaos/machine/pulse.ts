import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { foreignShare, ownShare, type Work } from './share.ts'
import type { Beat } from './watch.ts'

/** What the machine did during a run. */
export type Machine = {
  readonly cores: number
  /** The part of all work that was others', from 0 to 1. */
  readonly foreign: number
  /** How much longer the run took than on a machine of its own. */
  readonly slowdown: number
  /** The latest wake-up of a thread that only wakes up. */
  readonly worstLateMs: number
}

/**
 * A clock that runs as fast as the machine lets the run go: it leaves out the time for which others kept it waiting. Bounds and
 * patience are counted by it, so that a loaded machine is not taken for a slow shop. Without /proc it is the wall clock.
 */
export type Pulse = Disposable & {
  /** Fair milliseconds since the start, never more than have passed. @param at `performance.now()`; the present without */
  readonly fair: (at?: number) => number
  readonly machine: () => Machine
}

type Mark = { readonly at: number; readonly fair: number; readonly share: number }

const summary = (beats: readonly Beat[], { fair, at }: Mark, since: number): Machine => {
  const works = beats.flatMap(({ work }) => (work ? [work] : []))
  const sum = (of: (work: Work) => number) => works.reduce((all, work) => all + of(work), 0)
  const busy = sum((work) => work.busy)
  return {
    cores: os.cpus().length,
    foreign: busy === 0 ? 0 : sum((work) => foreignShare(work) * work.busy) / busy,
    slowdown: fair === 0 ? 1 : (at - since) / fair,
    worstLateMs: Math.round(Math.max(0, ...beats.map(({ lateMs }) => lateMs))),
  }
}

const before = (marks: readonly Mark[], at: number): Mark => {
  const index = marks.findLastIndex((mark) => mark.at <= at)
  return marks[index] ?? marks[0]!
}

export const startPulse = (): Pulse => {
  const beats: Beat[] = []
  const marks: Mark[] = [{ at: performance.now(), fair: 0, share: 1 }]
  let told = 0
  const watch = new Worker(new URL('./watch.ts', import.meta.url))

  /** Each mark says how fast the clock went until the next. */
  watch.on('message', (beat: Beat) => {
    beats.push(beat)
    const share = beat.work ? ownShare(beat.work) : 1
    const { at, fair } = marks.at(-1)!
    marks[marks.length - 1] = { at, fair, share }
    const now = beat.at - performance.timeOrigin
    marks.push({ at: now, fair: fair + (now - at) * share, share })
  })
  watch.unref() // after the listener, which holds the process

  const fairAt = (at: number): number => {
    const mark = before(marks, at)
    return mark.fair + Math.max(0, at - mark.at) * mark.share
  }

  return {
    // The present is estimated until its beat is there; a clock does not go back.
    fair: (at) =>
      at === undefined ? (told = Math.max(told, fairAt(performance.now()))) : fairAt(at),
    machine: () => summary(beats, marks.at(-1)!, marks[0]!.at),
    [Symbol.dispose]: () => void watch.terminate(),
  }
}
