import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

const canRun = (file) => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

// Debian keeps servers where only root's PATH looks.
const serverFolders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The first of the named programs that is on the PATH or among the system's servers. */
export const findProgram = (...names) => {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...serverFolders]
  for (const name of names) {
    const found = folders.map((folder) => path.join(folder, name)).find(canRun)
    if (found) return found
  }
  return undefined
}
