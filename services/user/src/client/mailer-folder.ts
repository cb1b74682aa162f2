import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { Mailer } from '../model/mail-ports.ts'
import { messageOf } from './message.ts'

/** Ids are UUIDv7, so names are in the order of their making. */
const tidy = async (folder: string, keep: number): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).toSorted()
  for (const name of names.slice(0, -keep)) await rm(join(folder, name), { force: true })
}

/**
 * Writes each mail as `<id>.eml` (RFC 5322) into a folder, whole or not at all. For runs without a mail server: what it writes is what
 * would have been sent.
 * @param keep about how many stay; the oldest go
 */
export const mailerFolder = (folder: string, from: string, keep = 1_000): Mailer => {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  let written = 0
  return {
    send: async (letter) => {
      const { message } = await transport.sendMail(messageOf(letter, from))
      const file = join(folder, `${letter.id}.eml`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(`${file}.tmp`, message as Buffer, { mode: 0o600 })
      await rename(`${file}.tmp`, file)
      written += 1
      if (written % (keep / 10) === 0) await tidy(folder, keep)
    },
  }
}
