/**
 * What a part of the audit found: `passed` or `failed`, or `unknown` when it could not look, with why. Nothing unknown counts as
 * passed.
 */
export const passed = (summary, more = {}) => ({
  outcome: 'passed',
  summary,
  findings: [],
  ...more,
})

export const failed = (summary, findings, more = {}) => ({
  outcome: 'failed',
  summary,
  findings,
  ...more,
})

export const unknown = (summary) => ({ outcome: 'unknown', summary, findings: [] })

/** Failed when something was found. */
export const judged = (findings, { clean, found, ...more }) =>
  findings.length === 0 ? passed(clean, more) : failed(found, findings, more)
