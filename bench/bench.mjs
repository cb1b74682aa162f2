import { checkNode, ensureDependencies } from '../scripts/lib/machine/dependencies.mjs'

checkNode()
await ensureDependencies()
await import('./run.mjs')
