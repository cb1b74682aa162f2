/**
 * Collects what checks found: each one counts, those with faults are printed as they come.
 * @returns `{ tell(what, checks), end() }`: `checks` are `{ check, faults }`; `end` prints "N passed, N failed" and answers the exit code
 */
export const createVerdicts = (say) => {
  const totals = { passed: 0, failed: 0 }

  const tell = (what, checks) => {
    for (const { check, faults } of checks) {
      const passed = faults.length === 0
      totals[passed ? 'passed' : 'failed'] += 1
      if (passed) continue
      say.line(`FAILED  ${what}: ${check}\n${faults.map((fault) => `    ${fault}`).join('\n')}`)
    }
  }

  const end = () => {
    say.line(`\nin all ${say.took()}\n${totals.passed} passed, ${totals.failed} failed`)
    return totals.failed > 0 ? 1 : 0
  }

  return { tell, end }
}
