import { globSync, readFileSync } from 'node:fs'
import { parseSync } from '@swc/core'
import { describe, expect, it } from '@jest/globals'
import { check } from 'recheck'

/** What runs in the shop: no tests, no code of the generator. */
const isElsewhere = (path) => /\.test\.ts$|generated|^pkg\/testing\//.test(path)
const places = ['{pkg,services}/*/src/**/*.ts', 'gateway/src/**/*.ts']
const files = globSync(places, { exclude: isElsewhere })

/** What of the syntax tree is a pattern, written as one or made at run time. */
const patternsIn = (node) => {
  if (typeof node !== 'object' || node === null) return []
  const inside = Object.values(node).flatMap(patternsIn)
  if (node.type === 'RegExpLiteral') return [{ source: node.pattern, flags: node.flags }, ...inside]
  const callee = node.callee?.value
  const isMade =
    (node.type === 'NewExpression' || node.type === 'CallExpression') && callee === 'RegExp'
  return isMade ? [{ made: true }, ...inside] : inside
}

const found = files.flatMap((file) => {
  const tree = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript' })
  return patternsIn(tree).map((pattern) => ({ file, ...pattern }))
})

/** The verdict does not depend on how fast a machine is: recheck looks for a text that makes a pattern backtrack. */
const verdict = async ({ source, flags }) => {
  const { status, complexity } = await check(source, flags, { checker: 'auto', randomSeed: 1 })
  return status === 'safe' ? 'safe' : `${status} (${complexity?.summary ?? 'no verdict'})`
}

describe('S46 every pattern of the shop’s own code', () => {
  it('is found, or the check would be none', async () => {
    expect(found.length).toBeGreaterThan(60)
    expect(await verdict({ source: '(a|a)*$', flags: '' })).toMatch(/vulnerable/)
    expect(await verdict({ source: String.raw`\s+$`, flags: '' })).toMatch(/vulnerable/)
  })

  it('is written down, not made of what came in', () => {
    expect(found.filter(({ made }) => made)).toEqual([])
  })

  it('takes time in proportion to the text, whatever the text', async () => {
    const literal = found.filter(({ made }) => !made)
    const judged = []
    for (const pattern of literal) {
      judged.push(`${pattern.file}: /${pattern.source}/${pattern.flags} ${await verdict(pattern)}`)
    }
    expect(judged.filter((line) => !line.endsWith(' safe'))).toEqual([])
  }, 120_000)
})
