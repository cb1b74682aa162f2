import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const answerMs = 5000
const silenceMs = 15_000

const open = async (url) => {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(new Error('no answer')), answerMs)
  const response = await fetch(url, { signal: abort.signal }).finally(() => clearTimeout(timer))
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return { response, abort }
}

/** A small text, such as a checksum file. */
export const downloadText = async (url) => {
  const { response, abort } = await open(url)
  const timer = setTimeout(() => abort.abort(new Error('too slow')), silenceMs)
  return response.text().finally(() => clearTimeout(timer))
}

/**
 * Downloads to a file.
 * @returns its SHA-256, in hex
 * @throws when the server does not answer within 5 s or falls silent for 15 s
 */
export const download = async (url, file, progress = () => {}) => {
  const { response, abort } = await open(url)
  const hash = createHash('sha256')
  let bytes = 0
  const timer = setTimeout(() => abort.abort(new Error('the download stopped')), silenceMs)
  const watch = new Transform({
    transform(chunk, _encoding, done) {
      timer.refresh()
      hash.update(chunk)
      bytes += chunk.length
      progress(`${Math.round(bytes / 1e6)} MB`)
      done(null, chunk)
    },
  })
  await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(file)).finally(() =>
    clearTimeout(timer),
  )
  return hash.digest('hex')
}
