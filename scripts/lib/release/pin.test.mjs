import { expect, it } from '@jest/globals'
import { imagesIn, pinned } from './pin.mjs'

const own = '${MICROMART_REGISTRY:-localhost/micromart}/order:${MICROMART_TAG:-local}'
const text = `services:
  order:
    image: ${own}
    command: [node]
  migrate-order:
    image: ${own}
  redis:
    image: redis:8.2.8-bookworm
`
const digest = (letter) => `sha256:${letter.repeat(64)}`

it('gives every image of a Compose file its digest', async () => {
  expect(imagesIn(text)).toEqual([own, 'redis:8.2.8-bookworm'])
  const digests = { registry: 'ghcr.io/shop', images: { order: digest('a') } }
  const asked = []
  const result = await pinned(text, digests, async (name) => (asked.push(name), digest('b')))
  expect(asked).toEqual(['redis:8.2.8-bookworm'])
  expect(result).toBe(`services:
  order:
    image: ghcr.io/shop/order@${digest('a')}
    command: [node]
  migrate-order:
    image: ghcr.io/shop/order@${digest('a')}
  redis:
    image: redis:8.2.8-bookworm@${digest('b')}
`)
})
