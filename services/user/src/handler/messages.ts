import type {
  Device as DeviceMessage,
  SavedAddress as SavedAddressMessage,
  Tokens as TokensMessage,
  User,
} from '@micromart/contracts/user'
import type { Address as AddressMessage } from '@micromart/contracts/types'
import type { Account } from '../model/account.ts'
import type { Address, SavedAddress } from '../model/address.ts'
import type { Device } from '../model/device.ts'
import type { Tokens } from '../model/session.ts'

export const userMessage = ({ id, email, name, roles, createdAt }: Account): User => ({
  id,
  email,
  name,
  roles,
  createdAt,
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
