import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { judgeDockerfile } from './dockerfile-policy.mjs'

const good = `ARG BASE=registry.example/node:24.21.0
FROM \${BASE} AS modules
RUN npm ci --omit=dev \\
    --ignore-scripts
FROM \${BASE}
COPY --from=modules /app /app
USER 65532:65532
HEALTHCHECK --interval=10s CMD ["node", "-e", "1"]
ENTRYPOINT ["node"]
CMD ["src/main.ts"]
`

const replaced = (from, to) => good.replace(from, to)

/** Each rule with Dockerfiles that it must catch. */
const broken = {
  'takes the images it starts from as arguments': [replaced('FROM ${BASE} AS', 'FROM node:24 AS')],
  'names images by an exact tag or a digest': [
    replaced(':24.21.0', ''),
    replaced(':24.21.0', ':latest'),
    replaced(':24.21.0', ':24'),
    replaced(':24.21.0', ':nonroot'),
    replaced(':24.21.0', ':nonroot-cd08076'),
    replaced(':24.21.0', '@sha256:123'),
  ],
  'ends as a numbered user other than root': [
    replaced('USER 65532:65532\n', ''),
    replaced('USER 65532:65532', 'USER node'),
    replaced('USER 65532:65532', 'USER 0'),
    replaced('FROM ${BASE} AS modules', 'FROM ${BASE} AS modules\nUSER 65532').replace(
      'USER 65532:65532\n',
      '',
    ),
  ],
  'starts programs without a shell': [
    replaced('ENTRYPOINT ["node"]', 'ENTRYPOINT node'),
    replaced('CMD ["src/main.ts"]', 'CMD src/main.ts'),
    replaced('CMD ["node", "-e", "1"]', 'CMD node -e 1'),
  ],
  'copies, and never adds from elsewhere': [replaced('COPY', 'ADD https://example.org/x /x\nCOPY')],
  'installs what the lockfile says, without scripts': [
    replaced('npm ci', 'npm install'),
    replaced('--omit=dev', ''),
    replaced('    --ignore-scripts', '    true'),
  ],
  'is given no secret': [
    replaced('USER', 'ARG NPM_TOKEN\nUSER'),
    replaced('USER', 'ENV MYSQL_PASSWORD=x\nUSER'),
  ],
  'asks for no frontend': [`# syntax=docker/dockerfile:1\n${good}`],
}

const failing = (text) =>
  judgeDockerfile(text)
    .filter(({ faults }) => faults.length > 0)
    .map(({ check }) => check)

it('finds nothing wrong with a good file, and a broken one for each rule', () => {
  expect(failing(good)).toEqual([])
  expect(
    judgeDockerfile(good)
      .map(({ check }) => check)
      .toSorted(),
  ).toEqual(Object.keys(broken).toSorted())
})

describe.each(Object.entries(broken))('S70 a Dockerfile: %s', (rule, files) => {
  it.each(files)('catches %j', (text) => expect(failing(text)).toEqual([rule]))
})

it.each(['Dockerfile', 'static.Dockerfile'])('S70 deploy/docker/%s obeys all of them', (name) => {
  const text = readFileSync(path.join(root, 'deploy', 'docker', name), 'utf8')
  expect(failing(text)).toEqual([])
})
