import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { alertCases, caseFile } from './alert-tests.mjs'
import { alertsOf } from './rules.mjs'

const yaml = (value) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** Runs a program to its end: `{ ok, text }`. */
export const ask = (program, args, options) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (data) => (text += data))
    child.stderr.on('data', (data) => (text += data))
    child.on('error', (error) => resolve({ ok: false, text: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, text: text.trim() }))
  })

const isRecorded = ({ rules }, alert) =>
  rules.some((rule) => rule.alert === alert) && rules.some(({ record }) => record)

/** The least rules of which an alert can be judged: itself, or all files when it is made of recorded ones. */
const rulesFor = (files, rule) => {
  const groups = Object.values(files).flatMap((file) => file.groups)
  const recorded = groups.some((group) => isRecorded(group, rule.alert))
  return recorded ? files['slos.yml'] : { groups: [{ name: rule.alert, rules: [rule] }] }
}

/**
 * Judges every case of every alert by promtool.
 * @param files what `ruleFiles` gives, or something broken
 * @param wanted which cases; all by default
 * @param only of this alert; of each by default
 * @returns `[{ alert, fires, at, ok, text }]`
 */
export const runAlertCases = async (files, { promtool, folder, wanted = () => true, only }) => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const cases = alertCases()
  const rules = alertsOf(files).filter(({ alert }) => !only || alert === only)
  const jobs = rules.flatMap((rule) => {
    const ruleFile = `${rule.alert}.rules.yml`
    const ruled = rulesFor(files, rule)
    writeFileSync(path.join(folder, ruleFile), yaml(ruled))
    return (cases[rule.alert] ?? []).filter(wanted).map((each, index) => {
      const file = path.join(folder, `${rule.alert}.${index}.yml`)
      writeFileSync(file, yaml(caseFile(rule, ruleFile, ruled.groups, each)))
      return { alert: rule.alert, fires: Boolean(each.fires), at: each.at, file }
    })
  })
  const results = []
  const next = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { ok, text } = await ask(promtool, ['test', 'rules', job.file])
      results.push({ ...job, ok, text })
    }
  }
  await Promise.all([next(), next()])
  return results
}
