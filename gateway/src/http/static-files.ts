import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { StaticFile } from '../client/shop.ts'

const types: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
}

/** A file that is ready to be served. */
export const staticFile = (name: string, content: Uint8Array): StaticFile => ({
  content,
  type: types[extname(name)] ?? 'application/octet-stream',
  etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
})

/**
 * Reads the named files of a folder once: what is not among them cannot be asked for, whatever a path says.
 * @param isServed by file name
 * @returns nothing when there is no such folder
 */
export const readFolder = async (
  folder: string,
  isServed: (name: string) => boolean,
): Promise<ReadonlyMap<string, StaticFile>> => {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter(isServed).map(async (name) => {
    const content = await readFile(join(folder, name))
    return [name, staticFile(name, content)] as const
  })
  return new Map(await Promise.all(files))
}
