import { afterEach, expect, it } from '@jest/globals'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { withCluster } from './cluster-access.mjs'

let server

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

const host = async (asked) => {
  server = createServer(({ url, headers }, reply) => {
    asked.push([url, headers.authorization])
    reply.end(JSON.stringify({ value: 'a.b.c' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/token?api=1`
}

it('knows the cluster by its certificate, and itself by the token of the run, and leaves nothing behind', async () => {
  const asked = []
  const env = {
    KUBE_SERVER: 'https://shop.example:6443',
    KUBE_CA: 'the authority',
    ACTIONS_ID_TOKEN_REQUEST_URL: await host(asked),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-run',
  }
  let file
  const answer = await withCluster(env, async ({ KUBECONFIG }) => {
    file = KUBECONFIG
    expect(statSync(file).mode & 0o077).toBe(0)
    return JSON.parse(readFileSync(file, 'utf8'))
  })
  expect(asked).toEqual([
    ['/token?api=1&audience=https%3A%2F%2Fshop.example%3A6443', 'Bearer of-the-run'],
  ])
  expect(answer.clusters[0].cluster).toEqual({
    server: 'https://shop.example:6443',
    'certificate-authority-data': Buffer.from('the authority').toString('base64'),
  })
  expect(answer.users[0].user).toEqual({ token: 'a.b.c' })
  expect(existsSync(file)).toBe(false)
})

it('leaves the caller’s own kubeconfig where no cluster is named', async () => {
  expect(await withCluster({}, async (added) => added)).toEqual({})
})

it('says what is missing, before anything runs', async () => {
  const work = () => {
    throw new Error('it ran')
  }
  await expect(withCluster({ KUBE_SERVER: 'https://x' }, work)).rejects.toThrow(
    'KUBE_CA is not set',
  )
  const env = { KUBE_SERVER: 'https://x', KUBE_CA: 'y' }
  await expect(withCluster(env, work)).rejects.toThrow('no token of its own')
})
