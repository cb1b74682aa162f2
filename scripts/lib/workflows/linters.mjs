import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { findGoProgram } from '../machine/go-programs.mjs'
import { root } from '../machine/paths.mjs'
import { ensurePython } from '../machine/python.mjs'
import { workflowsFolder } from './read.mjs'

const actionlint = {
  name: 'actionlint',
  title: 'actionlint 1.7.12',
  folder: 'scripts/workflows/actionlint',
  buildArgs: ['-ldflags', '-s -w', 'github.com/rhysd/actionlint/cmd/actionlint'],
  packages: 100,
  usually: '10 to 30 s, once',
}

const zizmor = {
  name: 'zizmor',
  title: 'zizmor',
  usually: '5 to 20 s, once',
  requirements: path.join(root, 'scripts', 'workflows', 'zizmor.txt'),
}

const installZizmor = async (context) => {
  const { bin, missing } = await ensurePython(zizmor, context)
  return bin ? { file: path.join(bin, 'zizmor') } : { missing }
}

/** With a token zizmor asks the host whether a commit is of the release that its comment names. */
const zizmorFlags = () => (process.env.GH_TOKEN ? [] : ['--offline'])

const config = path.join(root, '.github', 'zizmor.yml')

/** The programs; `broken` is a workflow that each must refuse, `sign` what it says of it. */
export const linters = [
  {
    name: 'actionlint',
    install: (context) => findGoProgram(actionlint, context),
    args: (files) => ['-no-color', '-shellcheck=', '-pyflakes=', ...files],
    broken: (text) => text.replace('needs: []', 'needs: [nowhere]'),
    sign: /nowhere/,
  },
  {
    name: 'zizmor',
    install: installZizmor,
    args: (files) => [
      ...zizmorFlags(),
      '--no-progress',
      '--color=never',
      '--config',
      config,
      ...files,
    ],
    broken: (text) => text.replace('npm ci', 'echo "${{ github.event.pull_request.title }}"'),
    sign: /template-injection/,
  },
]

const sound = `name: x
on:
  pull_request:
permissions: {}
concurrency: { group: x, cancel-in-progress: true }
jobs:
  x:
    name: x
    needs: []
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {}
    steps:
      - run: npm ci
`

const run = (file, args) => {
  const done = spawnSync(file, args, { cwd: root, encoding: 'utf8', timeout: 120_000 })
  return { passed: done.status === 0, text: `${done.stdout ?? ''}${done.stderr ?? ''}`.trim() }
}

/** A linter that finds nothing anywhere is no linter: it must refuse a broken workflow. */
const catches = ({ args, broken, sign }, file) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-workflows-'))
  try {
    const bad = path.join(folder, 'bad.yml')
    writeFileSync(bad, broken(sound))
    const { passed, text } = run(file, args([bad]))
    return !passed && sign.test(text) ? [] : [`it lets a broken workflow pass:\n${text}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs one linter over all workflows, and over a broken one.
 * @returns `{ checks: [{ name, check, faults }] }`, or `{ missing }`: why it cannot run here
 */
export const lint = async (linter, files, context) => {
  const { file, missing } = await linter.install(context)
  if (missing) return { missing }
  const { passed, text } = run(file, linter.args(files))
  return {
    checks: [
      { name: linter.name, check: 'finds nothing wrong', faults: passed ? [] : [text] },
      { name: linter.name, check: 'catches a broken workflow', faults: catches(linter, file) },
    ],
  }
}

export const workflowFiles = (workflows) =>
  workflows.map(({ name }) => path.join(workflowsFolder, name))
