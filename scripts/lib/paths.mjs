import path from 'node:path'

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '..', '..')

/** What a run leaves behind: data, logs, pid files. Ignored by git; deleting it resets the shop. */
export const varDir = path.join(root, 'var')

/** Downloads and builds, shared between checkouts when MICROMART_CACHE names a lasting folder. */
export const cacheDir = () =>
  path.resolve(process.env.MICROMART_CACHE || path.join(varDir, 'cache'))
