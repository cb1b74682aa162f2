import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { certificateFiles, ensureAuthority, ensureCertificates, rootFile } from './certificates.mjs'
import { issueServer } from './issue.mjs'

let folder
beforeAll(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'mm-certs-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const slowMs = 120_000 // RSA keys on a busy machine
const names = ['ca', 'gateway', 'mysql', 'redis', 'provider']
const read = (name) => new X509Certificate(readFileSync(certificateFiles(folder, name).certificate))

describe('development certificates', () => {
  it(
    'are made once, with keys for their owner alone',
    async () => {
      expect(await ensureCertificates(folder)).toMatchObject({ made: names, kept: [] })
      expect(await ensureCertificates(folder)).toMatchObject({ made: [], kept: names })
      const modes = names.map((name) => statSync(certificateFiles(folder, name).key).mode & 0o777)
      expect(modes).toEqual(names.map(() => 0o600))
      const root = read('ca')
      for (const name of names.slice(1)) {
        const certificate = read(name)
        expect(certificate.verify(root.publicKey)).toBe(true)
        for (const host of [name, 'localhost']) expect(certificate.checkHost(host)).toBe(host)
        expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
        expect(certificate.checkHost('elsewhere.example')).toBeUndefined()
        expect(certificate.ca).toBe(false)
      }
    },
    slowMs,
  )

  it(
    'are made anew before they end, and for further names',
    async () => {
      const pems = ({ certificate, key }) => ({
        certificate: readFileSync(certificate, 'utf8'),
        key: readFileSync(key, 'utf8'),
      })
      const soon = await issueServer(
        pems(certificateFiles(folder, 'ca')),
        ['redis', 'localhost'],
        20,
      )
      writeFileSync(certificateFiles(folder, 'redis').certificate, soon.certificate)
      writeFileSync(certificateFiles(folder, 'redis').key, soon.key)
      expect((await ensureCertificates(folder)).made).toEqual(['redis'])
      const more = ['shop.example', '192.0.2.7']
      expect((await ensureCertificates(folder, { more })).made).toEqual(['gateway'])
      expect((await ensureCertificates(folder)).made).toEqual([])
      expect(read('gateway').checkHost('shop.example')).toBe('shop.example')
    },
    slowMs,
  )

  it(
    'of the sidecars come from an authority of their own, whose root nobody can use again',
    async () => {
      const sentry = path.join(folder, 'sentry')
      expect(await ensureAuthority(sentry)).toBe(true)
      expect(await ensureAuthority(sentry)).toBe(false)
      const root = new X509Certificate(readFileSync(rootFile(sentry)))
      const issuer = new X509Certificate(readFileSync(path.join(sentry, 'issuer.crt')))
      expect([issuer.ca, issuer.verify(root.publicKey)]).toEqual([true, true])
      expect(() => statSync(path.join(sentry, 'ca.key'))).toThrow(/ENOENT/)
      expect(statSync(path.join(sentry, 'issuer.key')).mode & 0o777).toBe(0o600)
    },
    slowMs,
  )
})
