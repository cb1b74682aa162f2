import { Fault } from '../terminal/fault.mjs'

const commitForm = /^[0-9a-f]{40}$/

const settings = (env) => {
  const { GITHUB_API_URL: api = 'https://api.github.com', GITHUB_REPOSITORY: repository } = env
  if (!repository || !env.GH_TOKEN) {
    throw new Fault('GITHUB_REPOSITORY and GH_TOKEN are not set', {
      advice: 'A workflow has them; by hand: owner/name, and a token that may read deployments.',
    })
  }
  return { base: `${api}/repos/${repository}`, token: env.GH_TOKEN }
}

const ask = async (url, token) => {
  const answer = await fetch(url, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  })
  if (answer.ok) return answer.json()
  throw new Fault(`${url.split('?')[0]} answered ${answer.status}`, {
    advice: 'May the token read deployments?',
  })
}

/**
 * Makes sure that a commit has been deployed to an environment.
 * @throws Fault when it has not, or that failed
 */
export const requireDeployed = async (commit, environment, env = process.env) => {
  if (!commitForm.test(commit ?? '')) {
    throw new Fault(`"${commit}" is no commit`, { advice: 'It has 40 hexadecimal digits.' })
  }
  const { base, token } = settings(env)
  const query = new URLSearchParams({ environment, sha: commit })
  const deployments = await ask(`${base}/deployments?${query}`, token)
  for (const { id } of deployments) {
    const [last] = await ask(`${base}/deployments/${id}/statuses?per_page=1`, token)
    // A later deployment turns an earlier one that was well into "inactive".
    if (last?.state === 'success' || last?.state === 'inactive') return
  }
  throw new Fault(`${commit} was not deployed to ${environment}, or that failed`, {
    advice: `Only what ${environment} has seen is released: wait for the run of "delivery" on that commit, or tag another.`,
  })
}
