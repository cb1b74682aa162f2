import type { Answer } from '../load/client.ts'

/** One thing that was to be seen at a breaker, and what was. */
export type Finding = { readonly what: string; readonly right: boolean; readonly seen: string }

/** An answer in short. */
export const shown = ({ status, code, headers }: Answer): string => {
  const again = headers.get('retry-after')
  return [status || 'no answer', code, again === null ? undefined : `Retry-After ${again}`]
    .filter((part) => part !== undefined)
    .join(' ')
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** The breakers for people. @param results by `caller -> callee` */
export const breakersPage = (
  results: Readonly<Record<string, readonly Finding[]>>,
  made: string,
): string => {
  const all = Object.entries(results)
  const columns = [...new Set(all.flatMap(([, findings]) => findings.map(({ what }) => what)))]
  const cell = (findings: readonly Finding[], what: string): string => {
    const found = findings.find((each) => each.what === what)
    if (!found) return ''
    return found.right ? found.seen : `**wrong: ${found.seen}**`
  }
  const rows = all.map(([edge, findings]) =>
    row([edge, ...columns.map((what) => cell(findings, what))]),
  )
  const bad = all.filter(([, findings]) => findings.some(({ right }) => !right)).length
  return `# Circuit breakers through their states

${made} ${bad === 0 ? 'All are as they should be.' : `${bad} of ${all.length} are not as they should be.`}

Each edge gets good calls, then a caller's own mistakes, then a black hole that swallows that caller's calls and nobody else's. A breaker that is open is known by
this: its answers come without any call reaching the edge. Half open: of six calls at once, one reaches it.

${row(['edge', ...columns])}
${row(['edge', ...columns].map(() => '---'))}
${rows.join('\n')}
`
}
