import { setTimeout as pause } from 'node:timers/promises'
import { components } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import { outboundReady } from './health.ts'

const patienceMs = 60_000

const untilReady = async (httpPort: number): Promise<void> => {
  const end = Date.now() + patienceMs
  while (!(await outboundReady(httpPort))) {
    if (Date.now() > end) {
      throw new DomainError('unavailable', 'dependency_unavailable', { service: 'sidecar' })
    }
    await pause(100)
  }
}

// Loaded when a secret is asked for: the package takes 0.4 s and 45 MB.
const openClient = async (httpPort: number, apiToken: string | undefined) => {
  const { CommunicationProtocolEnum, DaprClient, LogLevel } = await import('@dapr/dapr')
  return new DaprClient({
    daprHost: '127.0.0.1',
    daprPort: String(httpPort),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    isKeepAlive: false,
    logger: { level: LogLevel.Error }, // its debug lines print headers, the token included
    ...(apiToken === undefined ? {} : { daprApiToken: apiToken }),
  })
}

/**
 * Reads secrets with Dapr's own SDK. The first reading waits up to a minute for the sidecar.
 * @throws DomainError internal `secret_missing` with `name`; unavailable when no sidecar came
 */
export const secretReader = (httpPort: number, apiToken: string | undefined) => {
  let client: ReturnType<typeof openClient> | undefined
  return async (name: string): Promise<string> => {
    await untilReady(httpPort)
    client ??= openClient(httpPort, apiToken)
    const { secret } = await client
    const found = await secret.get(components.secrets, name).catch((cause: unknown) => {
      throw new DomainError('internal', 'secret_missing', { name }, { cause })
    })
    const value: unknown = Reflect.get(found, name)
    if (typeof value !== 'string') throw new DomainError('internal', 'secret_missing', { name })
    return value
  }
}
