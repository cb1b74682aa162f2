import sanitizeHtml, { type Options } from 'sanitize-html'
import type { CleanHtml } from '../model/ports.ts'

/** What a product's description may hold: text, and how it is set. No pictures, forms, frames, styles or handlers. */
const allowed: Options = {
  allowedTags: [
    'p br hr h2 h3 h4 h5 h6 blockquote pre code div span b strong i em u s small sub sup a',
    'ul ol li dl dt dd table caption thead tbody tfoot tr th td',
  ].flatMap((tags) => tags.split(' ')),
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'template',
    'iframe',
    'title',
    'xmp',
  ],
  nestingLimit: 50,
  transformTags: {
    h1: () => ({ tagName: 'h2', attribs: {} }), // the page has its own
    a: (tagName, { href, title }) => ({
      tagName,
      attribs: {
        ...(href === undefined ? {} : { href }),
        rel: 'nofollow noopener', // always, so that cleaning twice is cleaning once
        ...(title === undefined ? {} : { title }),
      },
    }),
  },
}

const mostPasses = 5

/**
 * Makes a merchandiser's HTML harmless. One pass does that, but may leave wrongly nested tags that the next pass would set
 * otherwise: it is repeated until nothing changes, so that an exported description is imported as unchanged.
 */
export const cleanHtml: CleanHtml = (html) => {
  let clean = html
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const before = clean
    clean = sanitizeHtml(before, allowed).trim()
    if (clean === before) break
  }
  return clean
}
