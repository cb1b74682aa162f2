import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../lib/machine/paths.mjs'

const folder = path.join(root, '.github', 'workflows')
const files = readdirSync(folder).map((name) => [
  name,
  readFileSync(path.join(folder, name), 'utf8'),
])

describe.each(files)('the workflow %s', (_name, text) => {
  const workflow = parse(text)
  const jobs = Object.entries(workflow.jobs)
  const steps = jobs.flatMap(([, job]) => job.steps ?? [])

  it('takes every action by its commit, and says which release that is', () => {
    const lines = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line))
    expect(lines.length).toBe(steps.filter(({ uses }) => uses).length)
    for (const line of lines) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('has no rights but those that a job names, and ends some time', () => {
    expect(workflow.permissions).toEqual({})
    for (const [name, job] of jobs) {
      expect([name, Object.keys(job.permissions ?? {})]).toEqual([
        name,
        expect.arrayContaining(['contents']),
      ])
      expect([name, job['timeout-minutes']]).toEqual([name, expect.any(Number)])
    }
  })

  it('leaves no credentials behind, and runs no text of a stranger', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    for (const step of checkouts) expect(step.with['persist-credentials']).toBe(false)
    const scripts = steps.map(({ run = '' }) => run).join('\n')
    expect(scripts).not.toContain('${{')
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
  })
})
