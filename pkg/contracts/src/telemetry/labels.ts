import { errorKinds } from '@micromart/kernel'
import { access } from '../generated/access.ts'
import { apps, components, topics } from '../names.ts'
import { among, like } from './metric.ts'

/** Labels that several metrics share. */
export const labels = {
  method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  route: like('a path template of gateway/openapi.json', /^\/[\w{}./-]*$/),
  status: like('an HTTP status', /^[1-5]\d\d$/),
  rpc: among('an RPC of proto/', Object.keys(access)),
  /** Of another app's RPCs, and of the sidecar's own API. */
  operation: like('a method of an RPC', /^[A-Z][A-Za-z]{2,40}$/),
  code: like('the name of a gRPC status', /^[A-Z_]{2,20}$/),
  target: among('an app, or a component of the sidecar', [
    ...Object.values(apps),
    ...Object.values(components),
  ]),
  topic: among('a topic, or the dead letters of an app', [
    ...Object.values(topics),
    ...Object.values(apps).map((app) => `dead.${app}.v1`),
  ]),
  currency: like('ISO 4217', /^[A-Z]{3}$/),
} as const

/** How a call ended: `ok`, or the kind of its error. */
export const callOutcomes = ['ok', ...errorKinds] as const

/** Seconds: from what a cache answers to what a client gives up on. */
export const requestBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const
