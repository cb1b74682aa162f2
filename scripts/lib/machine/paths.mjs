import path from 'node:path'

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '..', '..', '..')

/** What a run leaves behind: data, logs, pid files. Ignored by git; deleting it resets the shop. */
export const varDir = path.join(root, 'var')

/**
 * Where the shop of `npm start` lives: `var`, or the folder that MICROMART_HOME names. A shop elsewhere runs beside the
 * one of the checkout, on free ports.
 */
export const shopHome = path.resolve(process.env.MICROMART_HOME || varDir)

/** Whether this is the shop of dapr.yaml as it is, with its fixed ports. */
export const isCheckout = shopHome === varDir

/** Downloads and builds, shared between checkouts when MICROMART_CACHE names a lasting folder. */
export const cacheDir = () =>
  path.resolve(process.env.MICROMART_CACHE || path.join(varDir, 'cache'))
