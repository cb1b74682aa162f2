/** Preloaded into an app: its clock is off by CHAOS_CLOCK_SKEW_MS. Timers and `performance` run on as they do. */
const skewMs = Number(process.env.CHAOS_CLOCK_SKEW_MS ?? 0)
const RealDate = globalThis.Date

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + skewMs)
    else super(...given)
  }

  static now() {
    return RealDate.now() + skewMs
  }
}
