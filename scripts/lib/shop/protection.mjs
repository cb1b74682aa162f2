const isOn = (name) => process.env[name] === '1'

/**
 * What a run asks for beyond scopes and tokens, which are always on.
 * @returns `{ zeroTrust, tls }`: with zero trust sidecars speak mTLS and access lists count; with TLS stores and provider speak nothing else
 */
export const protectionOf = ({
  zeroTrust = isOn('MICROMART_ZERO_TRUST'),
  tls = zeroTrust || isOn('MICROMART_TLS'),
} = {}) => ({ zeroTrust, tls })
