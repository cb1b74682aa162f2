/** Who imports whom, by .dependency-cruiser.mjs; and that each of its rules still bites. */
import './read-using.mjs'
import { cruise } from 'dependency-cruiser'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import config from '../../.dependency-cruiser.mjs'
import { badFixtures } from './boundary-fixtures.mjs'
import { root } from '../lib/machine/paths.mjs'

const judge = async (paths) => {
  const { output } = await cruise(paths, { ...config.options, ruleSet: config, validate: true })
  return output
}

const parts = ['pkg', 'services', 'gateway']

const checkShop = async () => {
  const { modules, summary } = await judge(parts)
  const read = new Set(modules.map(({ source }) => source))
  const files = globSync(
    parts.map((part) => `${part}/**/*.ts`),
    {
      cwd: root,
      exclude: (path) => path.includes('node_modules'),
    },
  )
  const unread = files.filter((path) => !read.has(path))
  if (unread.length > 0) throw new Error(`not read, so not judged: ${unread.join(', ')}`)
  for (const { rule, from, to } of summary.violations)
    console.error(`${rule.name}: ${from} -> ${to}`)
  if (summary.violations.length > 0)
    throw new Error(`${summary.violations.length} forbidden imports`)
  return files.length
}

const checkFixtures = async () => {
  const folder = join(root, 'var/boundaries')
  rmSync(folder, { recursive: true, force: true })
  for (const [name, files] of Object.entries(badFixtures)) {
    for (const [path, source] of files) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true })
      writeFileSync(join(folder, name, path), source)
    }
    const { summary } = await judge([relative(root, join(folder, name))])
    if (!summary.violations.some(({ rule }) => rule.name === name)) {
      throw new Error(`the rule ${name} does not see its bad fixture`)
    }
  }
  rmSync(folder, { recursive: true })
  const unproven = config.forbidden.filter(({ name }) => !(name in badFixtures))
  if (unproven.length > 0) {
    throw new Error(`rules without a bad fixture: ${unproven.map(({ name }) => name).join(', ')}`)
  }
}

process.chdir(root)
const files = await checkShop()
await checkFixtures()
console.log(`${files} files keep to ${config.forbidden.length} rules, each proven by a bad fixture`)
