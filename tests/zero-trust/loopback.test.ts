import { expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { shop } from '../support/shop.ts'

type Listener = { readonly pid: number; readonly address: string; readonly port: number }

const listeners = (): readonly Listener[] =>
  execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, address = '', port = ''] = /^\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s/.exec(line) ?? []
      return [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => ({
        pid: Number(pid),
        address,
        port: Number(port),
      }))
    })

const read = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\0')
  } catch {
    return [] // ended meanwhile, or not ours to read
  }
}

const mark = `MICROMART_RUN=${process.env['MICROMART_RUN']}`
const storePorts = [shop.mysql, shop.redis].map((url) => Number(new URL(url).port))

const isOurs = ({ pid, port }: Listener) =>
  storePorts.includes(port) || read(`/proc/${pid}/environ`).includes(mark)

const programOf = ({ pid }: Listener) => path.basename(read(`/proc/${pid}/cmdline`)[0] ?? '')

it('S61 nothing but the loopback reaches any part of a local shop', () => {
  const ours = listeners().filter(isOurs)
  // Each app has a sidecar with four ports, and most have two or three of their own.
  expect(ours.length).toBeGreaterThan(40)
  const loopback = new Set(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]'])
  const wide = ours.filter(({ address }) => !loopback.has(address)).map(programOf)
  // sentry answers 200 or 503 to "are you well?" there; Dapr reads the flag that would bind it, and does not use it.
  expect(wide).toEqual(shop.zeroTrust ? ['sentry'] : [])
})
