/** One page of a list. `nextCursor` is opaque; undefined on the last page. */
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | undefined }
