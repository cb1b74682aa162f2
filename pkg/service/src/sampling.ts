import {
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

export type Sampling = {
  /** 0..1, of traces that begin here. */
  readonly ratio: number
  /** Names of spans whose traces are kept in another share, such as all checkouts. */
  readonly exceptions?: { readonly names: ReadonlySet<string>; readonly ratio: number } | undefined
}

/** By the name of a trace's first span. The trace id decides within a share, so that all who see it agree. */
const byName = ({ ratio, exceptions }: Sampling): Sampler => {
  const rest = new TraceIdRatioBasedSampler(ratio)
  if (exceptions === undefined) return rest
  const { names } = exceptions
  const others = new TraceIdRatioBasedSampler(exceptions.ratio)
  return {
    shouldSample: (parent, traceId, name) =>
      (names.has(name) ? others : rest).shouldSample(parent, traceId),
    toString: () => `${rest.toString()}, but ${others.toString()} of ${[...names].join(', ')}`,
  }
}

/**
 * Decides at the head of a trace; whoever comes later follows the decision that it is told.
 * @param decidesForStrangers the caller's decision counts for nothing
 */
export const samplerOf = (sampling: Sampling, decidesForStrangers: boolean): Sampler => {
  const root = byName(sampling)
  const strangers = { remoteParentSampled: root, remoteParentNotSampled: root }
  return new ParentBasedSampler({ root, ...(decidesForStrangers ? strangers : {}) })
}
