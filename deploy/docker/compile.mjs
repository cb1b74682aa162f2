/**
 * Loads all that a part will load, so that NODE_COMPILE_CACHE holds it. Run in the image's build only; nothing happens at
 * import, so no environment is needed.
 */
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire, flushCompileCache } from 'node:module'
import path from 'node:path'

const { PART, NODE_COMPILE_CACHE: cache } = process.env
const source = path.join('/app', PART, 'src')

const builders = readFileSync('/node-abi', 'utf8').trim()
if (builders !== process.versions.modules) {
  throw new Error(
    `BUILDER and BASE have different Node majors: modules were installed for ABI ${builders}, BASE (${process.version}) has ${process.versions.modules}`,
  )
}

for (const name of ['config.ts', 'service.ts', 'repository/migrations/index.ts']) {
  const file = path.join(source, name)
  if (existsSync(file)) await import(file)
}
// Loaded only when the first secret is read.
createRequire('/app/pkg/dapr/src/index.ts')('@dapr/dapr')
flushCompileCache()

// Node writes them for their user alone; in the image root owns them.
for (const each of readdirSync(cache, { recursive: true, withFileTypes: true })) {
  chmodSync(path.join(each.parentPath, each.name), each.isDirectory() ? 0o755 : 0o644)
}
chmodSync(cache, 0o755)
