import { readFileSync } from 'node:fs'
import { nameOf } from './objects.mjs'
import { places, renderPlace } from './places.mjs'
import { judgeObjects } from './policy.mjs'
import { schemaJudge } from './schemas.mjs'

const broken = new URL('fixtures/broken.yaml', import.meta.url)

/** Every project has an object that its description must refuse. */
const judgeJudge = async (faultsOf) => {
  const { parseAllDocuments } = await import('yaml')
  const objects = parseAllDocuments(readFileSync(broken, 'utf8')).map((each) => each.toJS())
  return objects.map((object) => ({
    check: `the broken example is caught: ${nameOf(object)}`,
    faults: faultsOf(object).length > 0 ? [] : ['nothing was found wrong with it'],
  }))
}

const twice = (objects) => {
  const names = objects.map((each) => `${each.apiVersion} ${nameOf(each)}`)
  return names.filter((name, index) => names.indexOf(name) !== index)
}

/** Objects of all places, `{ place: objects }`. @param kustomize a kubectl */
export const renderAll = async (kustomize) => {
  const entries = Object.entries(places).map(async ([name, place]) => [
    name,
    await renderPlace(kustomize, place),
  ])
  return Object.fromEntries(await Promise.all(entries))
}

/**
 * Judges what every overlay makes, alone and together with what it is applied with.
 * @param tell of `createVerdicts`
 * @param rendered of `renderAll`
 */
export const judgeManifests = async (tell, rendered) => {
  const faultsOf = await schemaJudge()
  tell('schemas', await judgeJudge(faultsOf))
  for (const [name, objects] of Object.entries(rendered)) {
    tell(name, [
      { check: 'says each thing once', faults: twice(objects) },
      { check: 'is what the API describes', faults: objects.flatMap(faultsOf) },
      ...judgeObjects(objects, places[name]),
    ])
  }
}
