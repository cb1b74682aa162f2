/** The part of sanitize-html 2 (https://github.com/apostrophecms/sanitize-html) that we use; it brings no types. */
declare module 'sanitize-html' {
  export type Options = {
    readonly allowedTags: readonly string[]
    readonly allowedAttributes: Readonly<Record<string, readonly string[]>>
    readonly allowedSchemes: readonly string[]
    readonly allowedSchemesAppliedToAttributes: readonly string[]
    readonly allowProtocolRelative: boolean
    readonly disallowedTagsMode: 'discard' | 'escape'
    readonly nonTextTags: readonly string[]
    readonly nestingLimit: number
    readonly transformTags: Readonly<
      Record<
        string,
        (
          tagName: string,
          attribs: Readonly<Record<string, string>>,
        ) => { readonly tagName: string; readonly attribs: Readonly<Record<string, string>> }
      >
    >
  }
  const sanitizeHtml: (dirty: string, options: Options) => string
  export default sanitizeHtml
}
