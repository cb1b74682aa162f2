const accounts =
  /^(CREATE|ALTER|DROP|RENAME) (OR REPLACE )?(USER|ROLE)\b|^(GRANT|REVOKE|SET PASSWORD)\b/i

const schema =
  /^(CREATE|ALTER|DROP) (?:OR REPLACE )?(?:DATABASE|SCHEMA) (?:IF (?:NOT )?EXISTS )?`?([^\s`;]+)/i

/** Up to where it names tables: columns, bodies and conditions come after. */
const headOf = (text) => text.split(/\(|\bAS\b|\bFOR EACH\b|\bBEGIN\b/i)[0]

const qualified = /(?:[\s,]|^)(?:`([^`]+)`|([a-z_$][\w$]*))\.[`\w$]/gi

/**
 * Whose definitions a statement of the log changes: it has no map of a table as rows have.
 * @param lines of its event, with the `use` that the log keeps beside it
 * @returns names of schemas; `mysql` for accounts, which are kept there
 */
export const schemasIn = (lines) => {
  const used = lines.map((line) => /^use `([^`]+)`/.exec(line)?.[1]).find(Boolean)
  const text = lines
    .filter((line) => !/^(use |SET TIMESTAMP|SET @@|\/\*!|\/\*M!)/.test(line))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (accounts.test(text)) return ['mysql']
  const whole = schema.exec(text)?.[2]
  if (whole) return [whole]
  const named = [...headOf(text).matchAll(qualified)].map(([, quoted, plain]) => quoted ?? plain)
  // A name without its schema is one of the schema in use.
  return [...new Set([...named, ...(used && named.length === 0 ? [used] : [])])]
}
