const units = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** Milliseconds of a duration as Prometheus writes it, such as `1h30m`. */
export const millisecondsOf = (text) => {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) throw new Error(`${text} is no duration, such as 5m`)
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit],
    0,
  )
}

/** A duration that is so many times shorter, in Prometheus' words. */
export const scaled = (text, scale) =>
  scale === 1 ? text : `${Math.max(Math.round(millisecondsOf(text) / scale), 1)}ms`
