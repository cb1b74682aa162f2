import { dictionary } from '@zxcvbn-ts/language-common'

/** The passwords that people use most, in lower case, from leaked collections (package @zxcvbn-ts/language-common, MIT). */
export const commonPasswordsZxcvbn = (): ReadonlySet<string> =>
  new Set(dictionary['passwords-common'])
