import { accessRules } from './access-policy.mjs'
import { podRules } from './pod-policy.mjs'

export const rules = { ...podRules, ...accessRules }

/**
 * What is wrong with a set of objects: `[{ check, faults }]`, one for each rule, without faults where it holds.
 * @param place `{ isLocal, isColour }`
 */
export const judgeObjects = (objects, place) =>
  Object.entries(rules).map(([check, faultsOf]) => ({ check, faults: faultsOf(objects, place) }))
