/** What a code says to people. `title` names the kind of problem, `detail` what to do about it; neither holds what a client sent. */
export type CodeText = { readonly status: number; readonly title: string; readonly detail: string }

export const text = (status: number, title: string, detail: string): CodeText => ({
  status,
  title,
  detail,
})
