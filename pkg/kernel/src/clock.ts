/** Where the present time comes from; tests pass their own. */
export type Clock = { readonly now: () => Date }

export const systemClock: Clock = { now: () => new Date() }
