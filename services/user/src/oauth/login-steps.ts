import { DomainError } from '@micromart/kernel'
import { CredentialsWrong, SecondFactorWrong } from '../model/errors.ts'
import type { ProvenAccount } from '../usecase/sign-in.ts'
import { codePage, type LoginFault, loginPage } from './pages/login.ts'
import type { Page } from './pages/page.ts'
import { endBrowserSession } from './browser-session.ts'
import {
  actionOf,
  askerOf,
  finish,
  type InteractionDeps,
  paramOf,
  type Step,
  type Turn,
} from './turn.ts'

const shownFor = (turn: Turn, fault?: LoginFault) => ({
  asker: askerOf(turn),
  action: actionOf(turn),
  fault,
})

const waiting = (seconds: string): string =>
  `Too many attempts. Wait ${seconds} ${seconds === '1' ? 'second' : 'seconds'} and try again.`

/** @returns undefined for what is no refusal of a login */
const faultOf = (error: unknown): LoginFault | undefined => {
  if (error instanceof CredentialsWrong) {
    return { status: 401, message: 'E-mail or password is wrong.' }
  }
  if (error instanceof SecondFactorWrong) {
    return { status: 401, message: 'The code is wrong, too old, or was used before.' }
  }
  if (!(error instanceof DomainError)) return undefined
  const retryAfter = error.params['retryAfter'] ?? ''
  if (error.code === 'login_throttled') {
    return { status: 429, message: waiting(retryAfter), retryAfter }
  }
  if (error.code !== 'login_busy') return undefined
  return { status: 503, message: 'Too many people sign in just now. Try again.', retryAfter }
}

const provenOf = ({ interaction }: Turn): ProvenAccount | undefined =>
  interaction.result?.['codeFor'] as ProvenAccount | undefined

const forgetPassword = async ({ interaction }: Turn): Promise<void> => {
  interaction.result = {}
  await interaction.persist()
}

/** Whoever was signed in in this browser is so no more, and the library finds a new one. */
const leaveFormer = async (turn: Turn, accountId: string, deps: InteractionDeps): Promise<void> => {
  const { interaction } = turn
  if (!interaction.session || interaction.session.accountId === accountId) return
  await endBrowserSession(turn, deps)
  interaction.session = undefined
  await interaction.persist()
}

type Done = { readonly accountId: string; readonly signInId: string }

const goOn = async (deps: InteractionDeps, turn: Turn, { accountId, signInId }: Done) => {
  await leaveFormer(turn, accountId, deps)
  const ts = Math.floor(deps.clock.now().getTime() / 1_000)
  return finish(turn, { login: { accountId, ts }, signIn: signInId })
}

/** @param shown the page that says why somebody was not let in */
const orFault = async (
  work: () => Promise<Page | undefined>,
  shown: (fault: LoginFault, error: unknown) => Page | Promise<Page>,
): Promise<Page | undefined> => {
  try {
    return await work()
  } catch (error) {
    const fault = faultOf(error)
    if (!fault) throw error
    return shown(fault, error)
  }
}

/** The page that a login begins with, or where it stands. */
export const askLogin: Step = async (turn) =>
  provenOf(turn)
    ? codePage(shownFor(turn))
    : loginPage(shownFor(turn), paramOf(turn, 'login_hint').slice(0, 254))

export const login =
  (deps: InteractionDeps): Step =>
  (turn) => {
    const { form, device, interaction } = turn
    const [email = '', password = ''] = [form.get('email'), form.get('password')]
    const work = async () => {
      const signedIn = await deps.use.signIn({ email, password }, device)
      if (!('codeFor' in signedIn)) return goOn(deps, turn, signedIn)
      interaction.result = { ...signedIn }
      await interaction.persist()
      return codePage(shownFor(turn))
    }
    return orFault(work, (fault) => loginPage(shownFor(turn, fault), email))
  }

export const code =
  (deps: InteractionDeps): Step =>
  async (turn) => {
    const proven = provenOf(turn)
    if (!proven) return loginPage(shownFor(turn), '')
    const typed = turn.form.get('code') ?? ''
    const work = async () =>
      goOn(deps, turn, await deps.use.signInWithCode(proven, typed, turn.device))
    return orFault(work, async (fault, error) => {
      if (!(error instanceof CredentialsWrong)) return codePage(shownFor(turn, fault))
      await forgetPassword(turn) // it has changed since
      return loginPage(shownFor(turn, fault), '')
    })
  }

/** Back to the password: for whoever typed another one than he meant to. */
export const restart: Step = async (turn) => {
  await forgetPassword(turn)
  return loginPage(shownFor(turn), '')
}
