import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root, varDir } from '../machine/paths.mjs'
import { urlWith } from '../stores/address.mjs'
import { connectRedis } from '../stores/redis.mjs'
import { readStreams } from '../stores/streams.mjs'
import { readJson } from './secrets.mjs'

const boundIn = (folder) => {
  const file = path.join(folder, 'components', 'pubsub.yaml')
  const { metadata } = parse(readFileSync(file, 'utf8')).spec
  return Number(metadata.find(({ name }) => name === 'maxLenApprox')?.value) || undefined
}

/** The streams of the shop that runs in `home`, as its sidecars' own account sees them. */
export const shopStreams = async (home) => {
  const secrets = readJson(path.join(home, 'secrets.json'))
  const redis = await connectRedis(
    urlWith(secrets['redis-gateway'], {
      user: secrets['redis-username'],
      password: secrets['redis-password'],
    }),
  )
  try {
    return await readStreams(redis, boundIn(home === varDir ? root : home))
  } finally {
    redis.close()
  }
}
