const words = {
  missing: 'entries are missing from here',
  altered: 'is not what was written',
  cut: 'the end is cut off from here',
}

const lineOf = ([service, { head, checked, faults }]) => {
  const verdict = faults.length === 0 ? 'ok' : `BROKEN ${faults.length}`
  const end = head.seq === 0 ? 'no entry yet' : `ends with ${head.hash} at ${head.at.toISOString()}`
  const first = `${service.padEnd(8)} ${verdict.padEnd(10)} ${String(checked).padStart(8)}  ${end}`
  return [first, ...faults.map(({ seq, fault }) => `         entry ${seq}: ${words[fault]}`)]
}

/** The audit logs as a table for people: each service's, how many entries, where it ends, and what is wrong with it. */
export const auditText = (reports) => {
  const all = Object.entries(reports)
  const broken = all.filter(([, { faults }]) => faults.length > 0).map(([service]) => service)
  const verdict =
    broken.length === 0
      ? 'Every audit log is whole.'
      : `Somebody has changed what was written: ${broken.join(', ')}.`
  const head = `${'service'.padEnd(8)} ${''.padEnd(10)} ${'entries'.padStart(8)}`
  return [head, ...all.flatMap(lineOf), '', verdict].join('\n')
}
