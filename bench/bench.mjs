import { checkNode, ensureDependencies } from '../scripts/lib/machine/dependencies.mjs'

/** What is measured alone, by name; everything else is the comparison with the bare server. */
const alone = { verify: './verify.mjs', logins: './logins.mjs', tracing: './tracing.mjs' }

checkNode()
await ensureDependencies()
const [first = ''] = process.argv.slice(2)
await import(Object.hasOwn(alone, first) ? alone[first] : './run.mjs')
