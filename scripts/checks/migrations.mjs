/**
 * Migrations only add, because the release before goes on over the new schema while a colour is brought in (docs/migrations.md). What
 * takes something away stands in a file whose name says so, `...-contract-....ts`, and comes a release later.
 */
const takesAway = {
  'drops what the release before may read': /\bDROP\s+(?!KEY\b|INDEX\b)\w+/i,
  // Keywords are in capitals; texts have these words, too.
  'renames what the release before calls by its old name': /\bRENAME\s+\w+|\bCHANGE\s+\w+/,
  'empties a table': /\bTRUNCATE\b/i,
}

const comments = /^\s*(\/\/|\/?\*).*$/gm

/** From `ADD COLUMN` to the comma or quote that ends it. */
const addedColumns = /\bADD\s+COLUMN\b(?:(?!,\s*\n|`|').)*/gis

const lacksDefault = (column) =>
  /\bNOT\s+NULL\b/i.test(column) && !/\b(DEFAULT|AUTO_INCREMENT|GENERATED)\b/i.test(column)

/** @returns what the release before could not go on with: texts, none when a migration only adds */
export const contractsIn = (text) => {
  const code = text.replace(comments, '')
  const columns = code.match(addedColumns) ?? []
  return [
    ...Object.entries(takesAway)
      .filter(([, form]) => form.test(code))
      .map(([what]) => what),
    ...(columns.some(lacksDefault)
      ? ['adds a column that the release before does not fill and that has no default']
      : []),
  ]
}

/** Of before the first release: no older one ran on its schema. */
const beforeFirst = /1763800000005-create-operations\.ts$/

export const mayContract = (file) => /-contract-[\w-]+\.ts$/.test(file) || beforeFirst.test(file)
