import { send, takeToken, tell } from './link.js'

const fault = await send('/v1/auth/verify-email', { token: takeToken() })
tell(fault ?? 'Thank you: your e-mail address is confirmed.')
