/** What a text of another service holds: JSON, or, when it is none, the text itself. */
export const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
