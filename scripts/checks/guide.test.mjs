import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../lib/machine/paths.mjs'

const page = 'docs/guide.fr.md'
const text = readFileSync(path.join(root, page), 'utf8')
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const stages = readFileSync(path.join(root, 'scripts', 'check.mjs'), 'utf8')

const there = (place) => existsSync(path.join(root, place))

/** The guide's own sections, and what each asks for: a word that one of its rows must have. */
const asked = {
  'Structure du projet': ['paquets', 'Couches', 'Dapr'],
  Services: ['Produits', 'Utilisateurs', 'Panier', 'Commandes', 'Paiement'],
  'Passerelle (API gateway)': ['REST vers gRPC', 'Authentifier', 'débit'],
  gRPC: ['Contrats', 'sidecars'],
  Tests: ['Unitaires', 'composants', 'bout en bout', 'Charge'],
  Conteneurs: ['image', 'Docker Compose'],
  'Intégration continue': ['Contrôles', 'MySQL'],
  'Livraison continue': ['staging', 'Production', 'blue-green'],
  Observabilité: ['Prometheus', 'Traces', 'Grafana', 'alertes', 'ELK'],
  Orchestration: ['Kubernetes'],
  'Bonnes pratiques': ['Versions d', 'Health checks', 'Circuit breakers', 'Variables d', 'SOLID'],
  Sécurité: ['OAuth 2.0', 'JWT', 'HTTPS', 'RBAC', 'Audits'],
}

/** A row's cells; a bar inside of one stands as `\|`. */
const cells = (line) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The rows of each section: `{ section: [[cell, ...], ...] }`. */
const rowsIn = (given) =>
  Object.fromEntries(
    given
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [title, ...lines] = section.split('\n')
        return [
          title.trim(),
          lines
            .filter((line) => line.startsWith('|'))
            .slice(2)
            .map(cells),
        ]
      }),
  )

const linkFaults = (given) =>
  [...given.matchAll(/\]\(([^)#]+)\)/g)]
    .map(([, target]) => path.join('docs', target))
    .filter((target) => !there(target))
    .map((target) => `there is no ${target}`)

/** Links to sections of this page, as the host makes their names. */
const anchorFaults = (given) => {
  const names = [...given.matchAll(/^## (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\d -]/gu, '')
      .replaceAll(' ', '-'),
  )
  return [...given.matchAll(/\]\(#([^)]+)\)/g)]
    .filter(([, name]) => !names.includes(name))
    .map(([, name]) => `there is no section #${name}`)
}

const testFaults = (cell) => {
  const [, file, name] = /^`([^`]+)`: (.{12,})$/.exec(cell) ?? []
  if (!file || !there(file)) return [`"${cell}" names no test`]
  return readFileSync(path.join(root, file), 'utf8').includes(name)
    ? []
    : [`${file} has no "${name}"`]
}

const checkStages = (given) =>
  given.filter((stage) => !new RegExp(`^  '?${stage}'?: `, 'm').test(stages))

const commandFaults = (command) => {
  const [, script, rest = ''] = /^npm (?:run )?([\w:]+)(?: -- (.+))?$/.exec(command) ?? []
  const [, kind, place] = /^node scripts\/test\.mjs (unit|service|e2e) (\S+)$/.exec(command) ?? []
  if (kind) return there(place) ? [] : [`"${command}": there is no ${place}`]
  if (!script || !Object.hasOwn(scripts, script)) return [`"${command}" is no command`]
  const unknown = script === 'check' && rest ? checkStages(rest.split(' ')) : []
  return unknown.map((stage) => `"${command}": no stage ${stage}`)
}

const rowFaults = ([, , proof = '', commands = '']) => {
  const named = [...commands.matchAll(/`([^`]+)`/g)].map(([, command]) => command)
  return [
    ...testFaults(proof),
    ...(named.length === 0 ? ['a row has no command'] : named.flatMap(commandFaults)),
  ]
}

const absentFaults = (sections) =>
  Object.entries(asked).flatMap(([section, words]) => {
    const points = (sections[section] ?? []).map(([point, place]) => `${point} ${place}`)
    return words
      .filter((word) => !points.some((point) => point.includes(word)))
      .map((word) => `${section}: nothing about "${word}"`)
  })

const faultsIn = (given) => {
  const sections = rowsIn(given)
  return [
    ...linkFaults(given),
    ...anchorFaults(given),
    ...Object.values(sections).flat().flatMap(rowFaults),
    ...absentFaults(sections),
  ]
}

const replaced = (from, to) => {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
  return text.replace(from, to)
}

describe(page, () => {
  it('names folders, tests and commands that are there, for everything the guide asks for', () => {
    expect(faultsIn(text)).toEqual([])
  })

  it.each([
    ['](adr)', '](#en-cours)', 'there is no section #en-cours'],
    ['(../services/cart)', '(../services/basket)', 'there is no services/basket'],
    ['tests/books.test.ts`', 'tests/book.test.ts`', 'names no test'],
    ['agree after purchases', 'agrees after purchases', 'tests/books.test.ts has no'],
    ['`npm run books`', '`npm run ledger`', '"npm run ledger" is no command'],
    ['`npm run books`', 'rien', 'a row has no command'],
    ['-- proto-lint', '-- protolint', 'no stage protolint'],
    ['service services/cart/tests', 'service services/cart/test', 'there is no services/cart/test'],
    ['| RBAC ', '| Rôles ', 'Sécurité: nothing about "RBAC"'],
  ])('catches %j as %j', (from, to, fault) => {
    expect(faultsIn(replaced(from, to)).join('\n')).toContain(fault)
  })
})
