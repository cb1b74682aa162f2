import { execFileSync } from 'node:child_process'

/** The process that listens on a local TCP port, as `ss` sees it. */
export const pidOnPort = (port: number): number => {
  const lines = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' })
  const pid = /pid=(\d+)/.exec(lines)?.[1]
  if (pid === undefined) throw new Error(`nothing listens on port ${port}`)
  return Number(pid)
}

/** Stops a process in its tracks while `work` runs, then lets it go on. */
export const whileStopped = async <T>(pid: number, work: () => Promise<T>): Promise<T> => {
  process.kill(pid, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
