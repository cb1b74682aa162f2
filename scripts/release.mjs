#!/usr/bin/env node
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { readDigests, referencesOf } from './lib/images/digests.mjs'
import { findProgram } from './lib/machine/programs.mjs'
import { root, shopHome } from './lib/machine/paths.mjs'
import { outputOf, runCommand } from './lib/machine/run-command.mjs'
import { notesOf, versionOf } from './lib/release/changelog.mjs'
import { requireDeployed } from './lib/release/host.mjs'
import { pinned } from './lib/release/pin.mjs'
import { Fault } from './lib/terminal/fault.mjs'

const help = `
npm run release -- check TAG                    whether the changelog names that version
npm run release -- notes TAG                    what it says of it
npm run release -- staged COMMIT                whether that commit was deployed to staging
npm run release -- vouched FILE                 whether these images were built and signed by this repository's workflow
npm run release -- pin FILE --out FOLDER        a Compose file in which every image has its digest
npm run release -- create TAG --files FOLDER    the release itself, with the notes and these files

FILE is a list of digests ("npm run publish:images"). "staged" needs GITHUB_REPOSITORY and GH_TOKEN; "vouched" and "create" need the
program gh, "pin" needs docker with buildx. A release starts by pushing a tag: docs/ci.md.
`

const { values, positionals } = commandLine(
  help,
  { out: { type: 'string' }, files: { type: 'string' } },
  { positionals: true },
)

const [command, subject, ...rest] = positionals
const log = path.join(shopHome, 'log', 'release.log')

const requireProgram = (name) => {
  const file = findProgram(name)
  if (file) return file
  throw new Fault(`There is no ${name} on the PATH`, {
    advice: `Install ${name}, then run this again.`,
  })
}

const notes = () =>
  notesOf(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), versionOf(subject))

const vouched = async () => {
  const gh = requireProgram('gh')
  const repository = process.env.GITHUB_REPOSITORY
  if (!repository) {
    throw new Fault('GITHUB_REPOSITORY is not set', {
      advice: 'It is owner/name of the repository.',
    })
  }
  const signer = ['--signer-workflow', `${repository}/.github/workflows/images.yml`]
  for (const reference of Object.values(referencesOf(readDigests(subject)))) {
    const args = ['attestation', 'verify', `oci://${reference}`, '--repo', repository, ...signer]
    await runCommand(gh, args, { log, what: `Verifying ${reference}` })
    console.log(`vouched for: ${reference}`)
  }
}

const pin = async () => {
  const docker = requireProgram('docker')
  const digestOf = async (name) => {
    const args = ['buildx', 'imagetools', 'inspect', '--format', '{{.Manifest.Digest}}', name]
    const digest = await outputOf(docker, args, 60_000)
    if (digest?.startsWith('sha256:')) return digest
    throw new Fault(`No registry tells the digest of ${name}`, { advice: 'Is there a network?' })
  }
  const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')
  const result = await pinned(text, readDigests(subject), digestOf)
  mkdirSync(values.out, { recursive: true })
  writeFileSync(path.join(values.out, 'docker-compose.yml'), result)
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath ?? each.path, each.name))

const create = async () => {
  const gh = requireProgram('gh')
  const files = filesIn(values.files)
  const args = [
    'release',
    'create',
    subject,
    '--verify-tag',
    '--title',
    subject,
    '--notes-file',
    '-',
  ]
  await runCommand(gh, [...args, ...files], { log, input: notes(), what: `Releasing ${subject}` })
}

/** `subject`: what must follow; `option`: what must be given. */
const commands = {
  check: {
    subject: 'TAG',
    work: () => console.log(`${versionOf(subject)}: ${notes().split('\n').length} lines of notes`),
  },
  notes: { subject: 'TAG', work: () => console.log(notes()) },
  staged: { subject: 'COMMIT', work: () => requireDeployed(subject, 'staging') },
  vouched: { subject: 'FILE', work: vouched },
  pin: { subject: 'FILE', option: 'out', work: pin },
  create: { subject: 'TAG', option: 'files', work: create },
}

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

const wanted = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined
if (!wanted) refuse(command ? `No such command: ${command}` : 'What shall be done?')
if (!subject || rest.length > 0) refuse(`${command} takes one ${wanted.subject}`)
if (wanted.option && !values[wanted.option]) refuse(`${command} needs --${wanted.option}`)

await main(async () => wanted.work())
