import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { unwatchFile, watchFile } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Log } from '@micromart/kernel'

/** PEM files of the public listener: the chain, the server's own first, and its key. */
export type CertificateFiles = { readonly certificate: string; readonly key: string }

/**
 * TLS 1.2 with forward secrecy and authenticated encryption only, and TLS 1.3, whose suites are all of that kind.
 * Source: https://wiki.mozilla.org/Security/Server_Side_TLS, "intermediate"
 */
const modern = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
} as const

/**
 * What a listener speaks TLS with.
 * @throws when a file cannot be read, is no PEM, or the key is another certificate's
 */
export const readCertificate = async (files: CertificateFiles): Promise<SecureContextOptions> => {
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)])
  const options = { ...modern, cert, key }
  createSecureContext(options)
  return options
}

/** When the first certificate of a chain ends. */
export const certificateEnd = ({ cert }: SecureContextOptions): Date =>
  new X509Certificate(cert as Buffer).validToDate

type Watch = {
  readonly files: CertificateFiles
  readonly everyMs: number
  /** Gets what new connections are served with. */
  readonly renew: (options: SecureContextOptions) => void
  readonly log: Log
}

/**
 * Takes a renewed certificate over while connections are open. The files are looked at again and again, since a secret that Kubernetes
 * mounts is a link that moves; a pair that does not belong together, as between two writes, is left alone.
 */
export const watchCertificate = ({ files, everyMs, renew, log }: Watch): Disposable => {
  const paths = [files.certificate, files.key]
  const takeOver = async () => {
    renew(await readCertificate(files))
    log.info({ certificate: files.certificate }, 'the certificate was renewed')
  }
  const look = () => {
    takeOver().catch((cause: unknown) => {
      log.warn({ cause }, 'a new certificate is no good: the old one stays')
    })
  }
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, look)
  return {
    [Symbol.dispose]: () => {
      for (const path of paths) unwatchFile(path, look)
    },
  }
}
