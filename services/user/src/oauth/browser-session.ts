import { signInName } from './names.ts'
import type { InteractionDeps, Turn } from './turn.ts'

const sessionOf = async ({ provider, interaction }: Turn) =>
  interaction.session && (await provider.Session.find(interaction.session.cookie))

/** The login that this browser's session began with. */
export const signInOf = async (turn: Turn): Promise<string | undefined> =>
  (await sessionOf(turn))?.authorizations?.[signInName]?.grantId

/** Ends what a logout ends: the login, and what clients hold by it that they cannot use offline. */
export const endBrowserSession = async (
  turn: Turn,
  { grants, clock }: Pick<InteractionDeps, 'grants' | 'clock'>,
): Promise<void> => {
  const session = await sessionOf(turn)
  for (const { grantId, persistsLogout } of Object.values(session?.authorizations ?? {})) {
    if (grantId !== undefined && !persistsLogout) await grants.end(grantId, clock.now())
  }
  await session?.destroy()
}
