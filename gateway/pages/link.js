/** The token of the link, taken out of the address bar: it must not stay in the browser's history. */
export const takeToken = () => {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(undefined, '', location.pathname)
  return token
}

export const tell = (text) => {
  document.getElementById('outcome').textContent = text
}

/**
 * Sends the token.
 * @returns {Promise<string | undefined>} what is wrong, for people; undefined when all went well
 */
export const send = async (path, body) => {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined)
  if (!answer) return 'The shop cannot be reached. Please try again.'
  if (answer.ok) return undefined
  const problem = await answer.json().catch(() => ({}))
  if (problem.code === 'link_invalid')
    return 'This link was used before, or is too old. Please ask for a new one.'
  return problem.detail ?? 'Something went wrong. Please try again.'
}
