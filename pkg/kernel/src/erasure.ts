/** What a service did to erase a person, and what of it stays. Nothing in it is the person's. */
export type Erased = {
  /** False while something of the person's is under way that must end first: ask again. */
  readonly done: boolean
  /** By kind, the ids of all records that were erased of, also by an earlier call. */
  readonly records: Readonly<Record<string, readonly string[]>>
  /** Kinds of facts that stay without a name, since the law wants them. */
  readonly kept: readonly string[]
}
