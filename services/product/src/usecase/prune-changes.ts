import type { Changes } from '../model/ports.ts'

/** Forgets changes that every reader has seen long ago. */
export const pruneChanges =
  ({ changes }: { readonly changes: Changes }) =>
  (): Promise<void> =>
    changes.prune()
