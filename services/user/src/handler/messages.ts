import {
  type Device as DeviceMessage,
  type SavedAddress as SavedAddressMessage,
  type Session,
  type Tokens as TokensMessage,
  type Totp,
  TotpState,
  type User,
} from '@micromart/contracts/user'
import type { Address as AddressMessage } from '@micromart/contracts/types'
import type { Account } from '../model/account.ts'
import type { Address, SavedAddress } from '../model/address.ts'
import type { Device } from '../model/device.ts'
import type { SecondFactorStatus } from '../model/second-factor.ts'
import type { Tokens, UsedSession } from '../model/session.ts'

export const userMessage = ({ id, email, name, roles, createdAt, ...rest }: Account): User => ({
  id,
  email,
  name,
  roles,
  createdAt,
  emailVerified: rest.emailVerified,
})

export const tokensMessage = ({ accessToken, refreshToken, expiresIn }: Tokens): TokensMessage => ({
  accessToken,
  refreshToken,
  expiresIn,
})

export const savedAddressMessage = ({ id, address }: SavedAddress): SavedAddressMessage => ({
  id,
  address,
})

const noAddress: AddressMessage = { name: '', line1: '', city: '', postalCode: '', country: '' }

/** An absent address reads as an empty one, whose every needed field is then named as missing. */
export const addressFrom = (message: AddressMessage = noAddress): Address => ({
  name: message.name,
  line1: message.line1,
  line2: message.line2,
  city: message.city,
  region: message.region,
  postalCode: message.postalCode,
  country: message.country,
  phone: message.phone,
})

/** A caller that says nothing of where it is has an unknown device. */
export const deviceFrom = (message: DeviceMessage | undefined): Device => ({
  userAgent: message?.userAgent,
  address: message?.address,
})

/** @param current the session of the caller's own token */
export const sessionMessage = (
  {
    id,
    startedAt,
    lastUsedAt,
    clientId,
    allowed,
    ...session
  }: UsedSession & { readonly endedAt?: Date | undefined },
  current: string | undefined,
): Session => ({
  id,
  startedAt,
  lastUsedAt,
  clientId,
  clientName: allowed?.clientName,
  clientScopes: [...(allowed?.scopes ?? [])],
  device: session.device,
  endedAt: session.endedAt,
  current: id === current,
})

const totpState = (status: SecondFactorStatus | undefined): TotpState => {
  if (!status) return TotpState.TOTP_STATE_OFF
  return status.confirmedAt ? TotpState.TOTP_STATE_ON : TotpState.TOTP_STATE_PENDING
}

export const totpMessage = (status: SecondFactorStatus | undefined): Totp => ({
  state: totpState(status),
  since: status?.confirmedAt,
  recoveryCodesLeft: status?.recoveryCodes ?? 0,
})
