import { createTransport } from 'nodemailer'
import { MailRefused } from '../model/mail.ts'
import type { Mailer } from '../model/mail-ports.ts'
import { messageOf } from './message.ts'

export type SmtpSettings = {
  readonly host: string
  /** 465 is TLS from the first byte (RFC 8314), any other takes STARTTLS. */
  readonly port: number
  readonly from: string
  readonly login?: { readonly user: string; readonly pass: string } | undefined
  /** Whether it must be TLS with a certificate that is verified. */
  readonly requireTls: boolean
}

const implicitTls = 465
// Together less than stopping may take: an attempt under way is waited for.
const timeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 8_000 }

/** To a server on this machine nothing travels that could be read on the way. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '127.0.0.1', '::1'].includes(host)

/** The server's last word about a recipient, as opposed to a fault that may pass (RFC 5321, 4.2.1). */
const isFinal = (code: unknown, responseCode: unknown): boolean =>
  code === 'EENVELOPE' && Number(responseCode) >= 500

/** What is said of a fault: codes alone, since a server's text repeats addresses. */
const asFault = (error: unknown): Error => {
  const { code, responseCode } = Object(error) as { code?: unknown; responseCode?: unknown }
  const codes = [code, responseCode].filter(Boolean).join(' ')
  const text = `the mail server did not take it: ${codes || 'no code'}`
  return isFinal(code, responseCode) ? new MailRefused(text) : new Error(text)
}

/** Sends by SMTP, two connections at most. */
export const mailerSmtp = ({
  host,
  port,
  from,
  login,
  requireTls,
}: SmtpSettings): Mailer & Disposable => {
  const transport = createTransport({
    pool: true,
    maxConnections: 2,
    host,
    port,
    secure: port === implicitTls,
    requireTLS: requireTls,
    ignoreTLS: !requireTls,
    tls: { minVersion: 'TLSv1.2' },
    ...(login && { auth: login }),
    ...timeouts,
  })
  return {
    send: async (letter) => {
      try {
        await transport.sendMail(messageOf(letter, from))
      } catch (error) {
        throw asFault(error)
      }
    },
    [Symbol.dispose]: () => transport.close({ force: true }), // what was under way comes again
  }
}
