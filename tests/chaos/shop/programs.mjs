import path from 'node:path'
import { doorOf } from './layout.mjs'

const loopback = '127.0.0.1'

/** What `dapr run -f` would pass to the sidecar of an app of the run file, with the app behind its proxy. */
export const sidecarArguments = (layout, app, components) => {
  const { common } = layout.runFile
  const inner = doorOf(layout, `${app.appID}-in`) ?? app.appPort
  const health = app.enableAppHealthCheck
    ? [
        '--enable-app-health-check',
        `--app-health-probe-interval=${app.appHealthProbeInterval}`,
        `--app-health-probe-timeout=${app.appHealthProbeTimeout}`,
        `--app-health-threshold=${app.appHealthThreshold}`,
      ]
    : []
  return [
    `--app-id=${app.appID}`,
    `--dapr-http-port=${app.daprHTTPPort}`,
    `--dapr-grpc-port=${app.daprGRPCPort}`,
    `--dapr-internal-grpc-port=${app.internal}`,
    `--dapr-internal-grpc-listen-address=${app.listening}`,
    `--dapr-listen-addresses=${loopback}`,
    `--metrics-port=${app.metricsPort}`,
    `--metrics-listen-address=${loopback}`,
    `--config=${app.configFilePath}`,
    `--resources-path=${components}`,
    `--resources-path=${path.join(components, 'subscriptions')}`,
    `--log-level=${common.logLevel}`,
    '--log-as-json', // as in containers
    '--dapr-graceful-shutdown-seconds=2',
    ...(app.appPort ? [`--app-port=${inner}`, `--app-protocol=${app.appProtocol}`] : []),
    ...health,
  ]
}

/** The address that an app is told for a local one: that of the proxy before it. */
const rewired = (layout, env) => {
  const { ports } = layout
  const doors = new Map([
    [`${loopback}:${ports.provider.http}`, `${loopback}:${doorOf(layout, 'provider')}`],
  ])
  const moved = (name, value) => {
    if (name === 'ISSUER_URL') return value
    if (name.includes('GATEWAY') || name.includes('WEBHOOK')) {
      return value.replace(
        `${loopback}:${ports.gateway.public}`,
        `${loopback}:${doorOf(layout, 'webhook')}`,
      )
    }
    for (const [from, to] of doors) value = value.replace(from, to)
    return value
  }
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, moved(name, value)]))
}

/** What `dapr run -f` would give an app, with its sidecar behind its proxy. */
export const appEnvironment = (layout, app) => {
  const { common } = layout.runFile
  return {
    ...rewired(layout, { ...common.env, ...app.env }),
    APP_ID: app.appID,
    ...(app.appPort ? { APP_PORT: String(app.appPort) } : {}),
    DAPR_HTTP_PORT: String(app.daprHTTPPort),
    DAPR_GRPC_PORT: String(doorOf(layout, `${app.appID}-out`)),
    DAPR_METRICS_PORT: String(app.metricsPort),
  }
}
