import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { readMailbox } from '@micromart/testing'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import certificateOfNobody from 'smtp-server/lib/tls-options'
import { mailerFolder } from '../src/client/mailer-folder.ts'
import { isLoopback, mailerSmtp } from '../src/client/mailer-smtp.ts'
import { letterOf } from '../src/model/letters.ts'
import { MailRefused } from '../src/model/mail.ts'
import type { Mailer } from '../src/model/mail-ports.ts'

const from = 'MicroMart <no-reply@shop.example>'
const shopUrl = 'http://127.0.0.1:8080'

const aLetter = (to = 'ann@example.com') => {
  const link = `${shopUrl}/account/verify#token=${'t'.repeat(22)}`
  return { id: systemIds.next(), to, ...letterOf('verify_email', { link, shopUrl }) }
}

/** What a test has opened ends after it. */
let opened = new AsyncDisposableStack()
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

/** A mail server on this machine, with what came and how. */
const startServer = async (options: SMTPServerOptions = {}) => {
  const received: { raw: string; user: unknown; to: readonly string[] }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { user, envelope }, done) => {
      let raw = ''
      stream.setEncoding('utf8')
      stream.on('data', (part: string) => (raw += part))
      stream.on('end', () => {
        received.push({ raw, user, to: envelope.rcptTo.map(({ address }) => address) })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined) // a client that breaks off is what some tests are about
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  opened.defer(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { received, port }
}

const smtp = (of: Partial<Parameters<typeof mailerSmtp>[0]> & { port: number }) => {
  return opened.use(mailerSmtp({ host: '127.0.0.1', from, requireTls: false, ...of }))
}

const overSmtp = async () => {
  const { received, port } = await startServer()
  return { mailer: smtp({ port }), sent: async () => received.map(({ raw }) => raw) }
}

const intoFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'micromart-mailbox-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const sent = async () => (await readMailbox(folder)).map(({ raw }) => raw)
  return { folder, mailer: mailerFolder(folder, from), sent }
}

type Way = { readonly mailer: Mailer; readonly sent: () => Promise<readonly string[]> }

/** What every way out holds to. */
describe.each<[string, () => Promise<Way>]>([
  ['SMTP', overSmtp],
  ['a folder', intoFolder],
])('a letter by %s', (_way, start) => {
  it('arrives as plain text and HTML, under its own id', async () => {
    const { mailer, sent } = await start()
    const letter = aLetter()
    await mailer.send(letter)
    const [mail = ''] = (await sent()).map((raw) => raw.replaceAll('\r\n', '\n'))
    expect(mail).toContain(`Message-ID: <${letter.id}@shop.example>`)
    expect(mail).toContain('Subject: Is this your e-mail address?')
    expect(mail).toContain('From: MicroMart <no-reply@shop.example>\nTo: ann@example.com\n')
    expect(mail).toContain('Auto-Submitted: auto-generated')
    for (const type of ['text/plain', 'text/html']) expect(mail).toContain(`Content-Type: ${type}`)
    expect(mail).toContain(letter.text.trim())
    expect(mail).toContain(letter.html.trim())
  })

  it('takes an address for an address, whatever is in it', async () => {
    const { mailer, sent } = await start()
    const letter = aLetter('ann@example.com\r\nBcc: everybody@example.com')
    await mailer.send(letter).catch(() => undefined) // it may well be refused
    expect((await sent()).join('')).not.toMatch(/^Bcc:/m)
  })
})

it('a folder holds one file for one letter, however often it is sent, and about the last so many', async () => {
  const { folder } = await intoFolder()
  const mailer = mailerFolder(folder, from, 20)
  const letter = aLetter()
  for (const _ of [1, 2]) await mailer.send(letter)
  expect(await readdir(folder)).toEqual([`${letter.id}.eml`])
  const letters = Array.from({ length: 25 }, () => aLetter())
  for (const each of letters) await mailer.send(each)
  const kept = (await readdir(folder)).toSorted()
  expect(kept.slice(-20)).toEqual(letters.slice(-20).map(({ id }) => `${id}.eml`))
  expect(kept.length).toBeLessThan(22)
})

describe('SMTP', () => {
  it.each([
    'a,victim@example.com',
    '"a" <victim@example.com>, b@example.com',
    'g: victim@example.com;',
  ])('sends to nobody whom an address like %j only seems to name', async (to) => {
    const { received, port } = await startServer()
    await smtp({ port })
      .send(aLetter(to))
      .catch(() => undefined)
    expect(received.flatMap((mail) => mail.to)).not.toContain('victim@example.com')
  })

  const { key, cert } = certificateOfNobody() // that of the package: everybody has its key
  const withTls: SMTPServerOptions = { disabledCommands: [], key, cert }

  it('S59 logs in with the secret, on TLS or on this machine', async () => {
    const { received, port } = await startServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'the right one'
          ? done(null, { user: username })
          : done(new Error(`no ${String(username)}`)),
    })
    await smtp({ port, login: { user: 'shop', pass: 'the right one' } }).send(aLetter())
    expect(received).toMatchObject([{ user: 'shop' }])
    const wrong = smtp({ port, login: { user: 'shop', pass: 'a wrong one' } }).send(aLetter())
    const error = await wrong.catch((fault: unknown) => fault)
    expect(error).toEqual(new Error('the mail server did not take it: EAUTH 535'))
    expect(error).not.toBeInstanceOf(MailRefused) // a setting that somebody will mend
  })

  it('sends nothing to a server whose certificate cannot be verified', async () => {
    const { received, port } = await startServer(withTls)
    const sent = smtp({ port, requireTls: true }).send(aLetter())
    await expect(sent).rejects.toThrow(/did not take it: (?:ESOCKET|CERT_HAS_EXPIRED)/)
    expect(received).toEqual([])
  })

  it('sends nothing in clear where TLS is required', async () => {
    const { received, port } = await startServer()
    const sent = smtp({ port, requireTls: true }).send(aLetter())
    await expect(sent).rejects.toThrow(/did not take it: ETLS/)
    expect(received).toEqual([])
  })

  it('lets go at once of what it is sending when it is closed', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const { port } = await startServer({ onData: (stream) => stream.on('end', resolve).resume() })
    const mailer = mailerSmtp({ host: '127.0.0.1', port, from, requireTls: false })
    const sent = mailer.send(aLetter())
    const lost = expect(sent).rejects.toThrow('did not take it')
    await arrived // and is never answered
    mailer[Symbol.dispose]()
    await lost
  })

  it('requires TLS of every host but this one', () => {
    const hosts = ['127.0.0.1', '::1', 'localhost', 'mail.example.com', '127.0.0.1.example.com']
    expect(hosts.filter((host) => !isLoopback(host))).toEqual(hosts.slice(3))
  })

  it('S60 tells a recipient that is refused for good from a fault that may pass, and names nobody', async () => {
    const refuse = (code: number) => ({
      onRcptTo: (({ address }, _session, done) =>
        done(
          Object.assign(new Error(`${address} is unknown`), { responseCode: code }),
        )) satisfies SMTPServerOptions['onRcptTo'],
    })
    const fault = async (code: number) => {
      const { port } = await startServer(refuse(code))
      return smtp({ port })
        .send(aLetter())
        .catch((error: unknown) => error)
    }
    const [later, never] = [await fault(451), await fault(550)]
    expect(never).toBeInstanceOf(MailRefused)
    expect(later).not.toBeInstanceOf(MailRefused)
    for (const error of [later, never]) {
      expect(String((error as Error).stack)).not.toContain('ann@example.com')
      expect((error as Error).cause).toBeUndefined()
    }
  })
})
