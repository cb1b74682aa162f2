import { apps } from '../names.ts'
import { onMysql, serving, sidecarred } from './apps.ts'
import { callOutcomes, labels, requestBuckets } from './labels.ts'
import { like, type Metrics } from './metric.ts'

const onRequests = { kind: 'histogram', unit: 'seconds', buckets: requestBuckets } as const

const queryBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3] as const

/** Requests in and out: rate, errors and duration of each. */
export const callMetrics = {
  http_server_request_duration_seconds: {
    ...onRequests,
    help: 'Requests to the gateway, by route',
    labels: {
      http_request_method: labels.method,
      http_route: labels.route,
      http_response_status_code: labels.status,
    },
    apps: [apps.gateway],
  },
  micromart_requests_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Requests to the gateway, by route and whether they failed (5xx); from 0 for each route',
    labels: {
      http_request_method: labels.method,
      http_route: labels.route,
      outcome: ['ok', 'failed'],
    },
    apps: [apps.gateway],
  },
  http_server_active_requests: {
    kind: 'gauge',
    unit: 'none',
    help: 'Requests that are being answered, open streams of order events among them',
    labels: {},
    apps: [apps.gateway],
  },
  rpc_server_request_duration_seconds: {
    ...onRequests,
    help: 'RPCs served, by method and gRPC status',
    labels: { rpc_method: labels.rpc, grpc_code: labels.code },
    apps: serving,
  },
  rpc_server_active_requests: {
    kind: 'gauge',
    unit: 'none',
    help: 'RPCs that are being served',
    labels: {},
    apps: serving,
  },
  dapr_client_request_duration_seconds: {
    ...onRequests,
    help: 'Calls through the own sidecar, to other apps and to its own API',
    labels: {
      target: labels.target,
      operation: labels.operation,
      outcome: callOutcomes,
    },
    apps: sidecarred,
  },
  grpc_client_channel_state: {
    kind: 'gauge',
    unit: 'none',
    help: 'Connection to the own sidecar: 0 idle, 1 connecting, 2 ready, 3 failing, 4 closed',
    labels: {},
    apps: sidecarred,
  },
  micromart_breaker_state: {
    kind: 'gauge',
    unit: 'none',
    help: 'Circuit breaker of a method: 0 closed, 1 trying, 2 open',
    labels: {
      target: labels.target,
      operation: like(
        'a method of an RPC, or an operation of the provider',
        /^[A-Za-z][A-Za-z -]{2,40}$/,
      ),
    },
    apps: sidecarred,
  },
  db_client_operation_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    buckets: queryBuckets,
    help: 'Queries as their client sees them, waiting for a connection included',
    labels: {
      db_system_name: ['mysql', 'redis'],
      db_operation_name: like('the first word of a query', /^[A-Z]{2,20}$/),
    },
    apps: [...onMysql, apps.gateway],
  },
} as const satisfies Metrics
