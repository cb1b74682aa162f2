import { afterEach, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { requireDeployed } from './host.mjs'

const commit = 'a1'.repeat(20)
let server

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** An API that knows one deployment of one commit to staging. */
const api = async (state, asked = []) => {
  server = createServer(({ url, headers }, reply) => {
    asked.push([url, headers.authorization])
    const isList = url === `/repos/shop/micromart/deployments?environment=staging&sha=${commit}`
    const isStatus = url === '/repos/shop/micromart/deployments/7/statuses?per_page=1'
    if (!isList && !isStatus) return reply.writeHead(404).end()
    reply.end(JSON.stringify(isList ? (state ? [{ id: 7 }] : []) : [{ state }]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  return {
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_REPOSITORY: 'shop/micromart',
    GH_TOKEN: 'of-the-run',
  }
}

it.each(['success', 'inactive'])('lets pass what staging has seen: %s', async (state) => {
  const asked = []
  await requireDeployed(commit, 'staging', await api(state, asked))
  expect(asked.every(([, authorization]) => authorization === 'Bearer of-the-run')).toBe(true)
})

it.each(['failure', 'error', 'in_progress', undefined])('refuses %s', async (state) => {
  await expect(requireDeployed(commit, 'staging', await api(state))).rejects.toThrow(
    'was not deployed to staging',
  )
})

it('says what is missing', async () => {
  await expect(requireDeployed('main', 'staging', {})).rejects.toThrow('"main" is no commit')
  await expect(requireDeployed(commit, 'staging', {})).rejects.toThrow('are not set')
  const other = { ...(await api('success')), GITHUB_REPOSITORY: 'shop/other' }
  await expect(requireDeployed(commit, 'staging', other)).rejects.toThrow('answered 404')
})
