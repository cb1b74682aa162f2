import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'

const file = new URL('../../../components/resiliency.yaml', import.meta.url)

/** Every RPC of these is keyed; an app joins the list only when that is true of it. */
const keyed = ['payment']

it('has the sidecars repeat calls only of apps whose every RPC is idempotent', async () => {
  const text = await readFile(file, 'utf8')
  const [, targets = ''] = text.split(/^    apps:$/m)
  const apps = [...targets.matchAll(/^      (\S+):$/gm)].map(([, app]) => app)
  expect(apps).toEqual(keyed)
})
