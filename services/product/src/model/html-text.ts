const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
}

/** The words of cleaned HTML. Only for the search index: what comes out is not safe to show. */
export const textOf = (cleanHtml: string): string =>
  cleanHtml
    .replace(/<[^<>]*>/g, ' ') // not past the next `<`: many of them would each look to the end
    .replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (entity) => entities[entity] ?? ' ')
