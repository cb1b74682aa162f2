/** What the processor did in a while; all but `seconds` in seconds of one core. */
export type Work = {
  readonly seconds: number
  /** By anybody, the host of a virtual machine included. */
  readonly busy: number
  /** By this run's own processes. */
  readonly own: number
  /** How long this run's processes, ready to work, waited for a core. */
  readonly waited: number
}

/** The part of the work done that was others'. */
export const foreignShare = ({ busy, own }: Work): number =>
  busy <= 0 ? 0 : Math.min(1, Math.max(0, (busy - own) / busy))

const leastShare = 0.05

/**
 * How much of the time that passed the run had for itself: without the time that its processes waited for a core, as far as it was
 * others that worked meanwhile. Waiting for each other is the shop's own slowness, and so is waiting for nothing at all.
 */
export const ownShare = (work: Work): number => {
  const waiting = work.seconds <= 0 ? 0 : Math.min(1, work.waited / work.seconds)
  return Math.max(leastShare, 1 - waiting * foreignShare(work))
}
