import { escapeHtml } from './escape-html.ts'
import type { Letter, MailKind } from './mail.ts'

/** What a letter is made of. */
export type LetterFacts = {
  /** Where its button leads; letters that only tell have none. */
  readonly link: string | undefined
  /** The shop's public address. */
  readonly shopUrl: string
}

type Draft = {
  readonly subject: string
  readonly lines: readonly [string, ...string[]]
  readonly button?: string
}

const otherwise = 'If it was not you, reset your password at once and look through your sessions.'

const drafts: Readonly<Record<MailKind, Draft>> = {
  verify_email: {
    subject: 'Is this your e-mail address?',
    lines: [
      'Please confirm that this e-mail address is yours. The link serves once and for a day.',
      'If you have no account with us, somebody mistyped theirs: there is nothing you need do.',
    ],
    button: 'Confirm my e-mail address',
  },
  reset_password: {
    subject: 'Set a new password',
    lines: [
      'Somebody asked for a new password for your account. The link serves once and for half an hour.',
      'If it was not you, there is nothing you need do: your password stays as it is.',
    ],
    button: 'Choose a new password',
  },
  password_changed: {
    subject: 'Your password was changed',
    lines: ['The password of your account was changed; other sessions have ended.', otherwise],
  },
  second_factor_on: {
    subject: 'Logging in takes a code from now on',
    lines: [
      'Your account has a second factor: logging in takes a code from your authenticator app.',
      'Keep the recovery codes where you find them without your phone.',
      otherwise,
    ],
  },
  second_factor_off: {
    subject: 'Logging in takes no code any more',
    lines: ['The second factor of your account was switched off.', otherwise],
  },
}

/** Lines this short travel as they are, whatever is on the way (RFC 2045, 6.7). */
const longestLine = 72

const wrapped = (text: string): string => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > longestLine) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}

const paragraph = (text: string): string => `<p>${wrapped(escapeHtml(text))}</p>`

const anchor = (link: string, button: string): string =>
  `<p>\n<a\nhref="${escapeHtml(link)}"\n>${escapeHtml(button)}</a>\n</p>`

/** Nobody's name: who opens an account for somebody else's address would write to them through it. */
const greeting = 'Hello,'

/** A letter of a kind: plain text, and the same as HTML without anything to be fetched. */
export const letterOf = (
  kind: MailKind,
  { link, shopUrl }: LetterFacts,
): Pick<Letter, 'subject' | 'text' | 'html'> => {
  const { subject, lines, button } = drafts[kind]
  const [first, ...rest] = lines
  const signature = `MicroMart, ${shopUrl}`
  const linked = link === undefined ? [] : [link]
  const anchored = link === undefined || button === undefined ? [] : [anchor(link, button)]
  const text = [greeting, wrapped(first), ...linked, ...rest.map(wrapped), signature]
  const html = [greeting, first].map(paragraph)
  html.push(...anchored, ...[...rest, signature].map(paragraph))
  return {
    subject,
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${html.join('\n')}\n</body>\n</html>\n`,
  }
}
