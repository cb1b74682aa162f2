/** No name of an app, a topic or a component is written twice: code takes them from pkg/contracts. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apps, components, deadLetterTopic, topics } from '../../pkg/contracts/src/names.ts'
import { root } from '../lib/machine/paths.mjs'

const quoted = (names) => new RegExp(`['"\`](${names.map(RegExp.escape).join('|')})['"\`]`, 'g')

/** Topic names are unmistakable; the other names are common words, so they are judged where they name something. */
const rules = [
  quoted([...Object.values(topics), ...Object.values(apps).map(deadLetterTopic)]),
  new RegExp(
    `(client|stream|createLog|appId:|target:)\\(?\\s*['"\`](${Object.values(apps).join('|')})['"\`]`,
    'g',
  ),
  new RegExp(
    `(storeName|pubsubName|component\\w*):?\\(?\\s*['"\`](${Object.values(components).join('|')})['"\`]`,
    'g',
  ),
]

const files = globSync(['{pkg,services}/*/src/**/*.ts', 'gateway/src/**/*.ts'], {
  cwd: root,
  exclude: (path) => path.includes('generated'),
}).filter(
  (path) =>
    !path.endsWith('.test.ts') &&
    path !== 'pkg/contracts/src/names.ts' &&
    !path.startsWith('pkg/testing/'),
)

const found = files.flatMap((path) => {
  const code = readFileSync(join(root, path), 'utf8').replaceAll(
    /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm,
    '',
  )
  return rules.flatMap((rule) => [...code.matchAll(rule)].map(([text]) => `${path}: ${text}`))
})

if (found.length > 0) {
  console.error(`${found.join('\n')}\nTake these names from @micromart/contracts.`)
  process.exit(1)
}
console.log(`${files.length} files name apps, topics and components by pkg/contracts`)
