import path from 'node:path'
import { partNames, writeDigests } from '../../images/digests.mjs'
import { localRegistry, referenceOf } from '../../images/parts.mjs'
import { findProgram } from '../../machine/programs.mjs'
import { outputOf } from '../../machine/run-command.mjs'
import { loadImages } from '../images.mjs'
import { at, logDir } from '../layout.mjs'
import { inside } from '../namespaces.mjs'
import { target } from '../platform-images.mjs'

/** Bears some thirty requests, and answers 503 to all that come after them: its probes, too. */
const unbearing = `
import http from 'node:http'
import https from 'node:https'
let borne = 0
for (const { prototype } of [http.Server, https.Server]) {
  const { emit } = prototype
  prototype.emit = function (event, request, answer) {
    if (event !== 'request') return emit.apply(this, arguments)
    if (request.url.startsWith('/v1/')) borne += 1
    if (borne <= 30) return emit.apply(this, arguments)
    answer.writeHead(503).end()
    return true
  }
}`

const moduleUrl = (text) => `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`

/** Another release of the same code, so that it is told by its digests; and one that stands no load. */
const variants = {
  next: () => 'LABEL micromart.example/rehearsal=next',
  broken: () => `ENV NODE_OPTIONS=--import=${moduleUrl(unbearing)}`,
}

const build = async (name, tag, engine) => {
  const reference = referenceOf(name, { tag })
  const input = `FROM ${referenceOf(name, target)}\n${variants[tag](name)}\n`
  const log = path.join(logDir, `image-${name}-${tag}.log`)
  await engine.run([...engine.flags.build, '-t', reference, '-'], { input, log })
  return reference
}

const ctr = (holder, args) => {
  const [nsenter, words] = inside(holder, findProgram('ctr'), ['--namespace', 'k8s.io', ...args])
  return outputOf(nsenter, words, 60_000)
}

/** Gives an image of the node the name by which a registry would have it. @returns its digest */
const named = async (holder, name, reference) => {
  const listed = await ctr(holder, ['images', 'ls', `name==${reference}`])
  const digest = /sha256:[0-9a-f]{64}/.exec(listed ?? '')?.[0]
  if (!digest) throw new Error(`the node has no ${reference}`)
  const full = `${localRegistry}/${name}@${digest}`
  if (!(await ctr(holder, ['images', 'tag', '--force', reference, full]))) {
    throw new Error(`the node does not take the name ${full}`)
  }
  return digest
}

const digestsOf = async (holder, references) => {
  const images = {}
  for (const [name, reference] of Object.entries(references)) {
    images[name] = await named(holder, name, reference)
  }
  return { registry: localRegistry, images }
}

/**
 * Three releases on the node: what the checkout is, the next one, and one that is broken.
 * @returns files of digests by name
 */
export const makeReleases = async ({ engine, holder, say }) => {
  const names = partNames()
  const first = Object.fromEntries(names.map((name) => [name, referenceOf(name, target)]))
  const next = {}
  for (const name of names) next[name] = await build(name, 'next', engine)
  const broken = { ...next, gateway: await build('gateway', 'broken', engine) }
  const references = [...Object.values(next), broken.gateway]
  await loadImages({ engine, references, holder, say })
  const files = {}
  for (const [name, release] of Object.entries({ first, next, broken })) {
    files[name] = at('rehearsal', `${name}.json`)
    writeDigests(files[name], await digestsOf(holder, release), undefined)
  }
  return files
}
