import { checkNode, ensureDependencies } from '../scripts/lib/dependencies.mjs'

checkNode()
await ensureDependencies()
await import('./run.mjs')
