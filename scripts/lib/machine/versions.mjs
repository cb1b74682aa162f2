/** The first version number in a text, such as what `--version` prints: [1, 18, 2]. */
export const versionIn = (text) => {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '')
  return match ? match.slice(1).map((part) => Number(part ?? 0)) : undefined
}

/** Negative, zero or positive, as for sort. */
export const compareVersions = (a, b) => {
  for (const index of [0, 1, 2]) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether `from <= version < below`. */
export const inRange = (version, { from, below }) =>
  version !== undefined &&
  compareVersions(version, from) >= 0 &&
  compareVersions(version, below) < 0

export const versionText = (version) => version.join('.')
