import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A mail as it lies in a folder of a run without a mail server. */
export type ReceivedMail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  /** The whole of it (RFC 5322), with newlines as they are on this machine. */
  readonly raw: string
  /** Of its link, if it has one. */
  readonly token: string | undefined
}

const headerOf = (raw: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(raw)?.[1] ?? ''

const mailOf = (raw: string): ReceivedMail => ({
  id: /^<(.*)@/.exec(headerOf(raw, 'Message-ID'))?.[1] ?? '',
  to: headerOf(raw, 'To'),
  subject: headerOf(raw, 'Subject'),
  raw,
  token: /#token=([\w-]+)/.exec(raw)?.[1],
})

/**
 * The mails in a folder, in the order in which they were asked for.
 * @param to only those to this address
 */
export const readMailbox = async (
  folder: string,
  to?: string,
): Promise<readonly ReceivedMail[]> => {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.eml')).toSorted()
  const mails = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      return mailOf(text.replaceAll('\r\n', '\n'))
    }),
  )
  return mails.filter((mail) => to === undefined || mail.to === to)
}
