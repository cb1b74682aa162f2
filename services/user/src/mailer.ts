import type { Sidecar } from '@micromart/dapr'
import { mailerFolder } from './client/mailer-folder.ts'
import { isLoopback, mailerSmtp } from './client/mailer-smtp.ts'
import type { Config } from './config.ts'
import type { Mailer } from './model/mail-ports.ts'

type Settings = Pick<
  Config,
  'MAIL_FOLDER' | 'MAIL_FROM' | 'SMTP_HOST' | 'SMTP_PORT' | 'SMTP_USERNAME'
>

const loginOf = async (user: string | undefined, sidecar: Sidecar) =>
  user === undefined ? undefined : { user, pass: await sidecar.secret('smtp-password') }

/** The way out that the environment names: a mail server, or a folder. */
export const openMailer = async (
  { MAIL_FOLDER, MAIL_FROM: from, ...settings }: Settings,
  sidecar: Sidecar,
): Promise<Mailer & Partial<Disposable>> => {
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USERNAME: user } = settings
  if (host === undefined) return mailerFolder(MAIL_FOLDER ?? '', from)
  const login = await loginOf(user, sidecar)
  return mailerSmtp({ host, port, from, login, requireTls: !isLoopback(host) })
}
