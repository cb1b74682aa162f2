/** A Dockerfile's instructions, continued lines joined and comments left out: `[{ word, rest }]`. */
const instructionsOf = (text) =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => /^\s*(\w+)\s+(.*)$/.exec(line))
    .filter(Boolean)
    .map(([, word, rest]) => ({ word: word.toUpperCase(), rest: rest.trim() }))

const of = (instructions, ...words) => instructions.filter(({ word }) => words.includes(word))

const stagesOf = (instructions) =>
  of(instructions, 'FROM').flatMap(({ rest }) => /\sAS\s+(\S+)/i.exec(rest)?.[1] ?? [])

const lastStage = (instructions) =>
  instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'))

const isExec = (rest) => {
  try {
    return Array.isArray(JSON.parse(rest.replace(/^(--\S+\s+)*(CMD\s+)?/, '')))
  } catch {
    return false
  }
}

const texts = (instructions) => instructions.map(({ word, rest }) => `${word} ${rest.slice(0, 60)}`)

/** A tag with a whole version, or with a commit; or a digest, whatever the tag. */
const exactForm =
  /^\w+=[^\s@]*(?::[\w.-]*(?:\d+\.\d+\.\d+|[0-9a-f]{40})[\w.-]*(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/

const secretName = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE|CREDENTIAL)/i

/** What must hold for every Dockerfile; each rule answers the offending texts. */
const rules = {
  'takes the images it starts from as arguments': (all) =>
    texts(
      of(all, 'FROM').filter(
        ({ rest }) =>
          !/^\$\{?\w+\}?(\s|$)/.test(rest) &&
          !['scratch', ...stagesOf(all)].includes(rest.split(/\s/)[0]),
      ),
    ),
  'names images by an exact tag or a digest': (all) =>
    of(all, 'ARG')
      .filter(({ rest }) => /^\w+=\S*\//.test(rest))
      .filter(({ rest }) => !exactForm.test(rest))
      .map(({ rest }) => rest),
  'ends as a numbered user other than root': (all) => {
    const user = of(lastStage(all), 'USER').at(-1)?.rest ?? 'none'
    return /^[1-9]\d*(:\d+)?$/.test(user) ? [] : [`USER ${user}`]
  },
  'starts programs without a shell': (all) =>
    texts(
      of(all, 'ENTRYPOINT', 'CMD', 'HEALTHCHECK').filter(
        ({ rest }) => !isExec(rest) && rest !== 'NONE',
      ),
    ),
  'copies, and never adds from elsewhere': (all) => texts(of(all, 'ADD')),
  'installs what the lockfile says, without scripts': (all) =>
    texts(
      of(all, 'RUN').filter(
        ({ rest }) =>
          /\bnpm (i|install|add)\b/.test(rest) ||
          (/\bnpm ci\b/.test(rest) && !(/--omit=dev/.test(rest) && /--ignore-scripts/.test(rest))),
      ),
    ),
  'is given no secret': (all) =>
    of(all, 'ARG', 'ENV')
      .filter(({ rest }) => secretName.test(rest.split(/[=\s]/)[0]))
      .map(({ rest }) => rest),
}

/** What is wrong with a Dockerfile: `[{ check, faults }]`, one for each rule. */
export const judgeDockerfile = (text) => {
  const all = instructionsOf(text)
  const checks = Object.entries(rules).map(([check, faultsOf]) => ({
    check,
    faults: faultsOf(all),
  }))
  // A comment that a builder obeys: it would download a frontend.
  const frontend = /^#\s*syntax\s*=.*$/m.exec(text)?.[0]
  return [...checks, { check: 'asks for no frontend', faults: frontend ? [frontend] : [] }]
}
