/** What one budget allows: `perMinute` refilled evenly, all of it available at once after a quiet minute. */
export type Rate = { readonly perMinute: number }

/** Whether a request may go on, what is left, and when the next one may come. */
export type Verdict = {
  readonly allowed: boolean
  readonly remaining: number
  /** Milliseconds until a refused request would be allowed; 0 when allowed. */
  readonly waitMs: number
}

/** Counts a request against a key, such as an address. */
export type Limiter = {
  readonly take: (key: string) => Promise<Verdict>
  /** Takes a request back that was counted and then refused for another reason. */
  readonly giveBack: (key: string) => Promise<void>
}
