import type { App } from '@micromart/contracts'
import { domainErrorOf } from '@micromart/dapr'

type ServiceError = Parameters<typeof domainErrorOf>[0]

/** What ended a stream of a service's: its status as the error that it stands for; anything else as it is. */
export const streamFault = (error: unknown, app: App): unknown =>
  error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? domainErrorOf(error as ServiceError, app)
    : error
