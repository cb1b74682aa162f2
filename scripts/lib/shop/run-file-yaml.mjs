import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../machine/paths.mjs'

export const daprYaml = path.join(root, 'dapr.yaml')

const portsOfApp = (app) => ({
  ...(app.appPort ? { app: app.appPort } : {}),
  http: Number(app.env.HTTP_PORT),
  ...(app.env.PUBLIC_PORT ? { public: Number(app.env.PUBLIC_PORT) } : {}),
  ...(app.env.PUBLIC_TLS_PORT ? { publicTls: Number(app.env.PUBLIC_TLS_PORT) } : {}),
  ...(app.env.TLS_PORT ? { tls: Number(app.env.TLS_PORT) } : {}),
  daprHttp: app.daprHTTPPort,
  daprGrpc: app.daprGRPCPort,
  metrics: app.metricsPort,
})

/** Reads a run file of `dapr run -f`. */
export const readRunFile = (file = daprYaml) => parse(readFileSync(file, 'utf8'))

/** `{ gateway: { app, http, public, publicTls, daprHttp, daprGrpc, metrics }, ... }`; the provider has `tls` and no app port. */
export const portsOf = (runFile) =>
  Object.fromEntries(runFile.apps.map((app) => [app.appID, portsOfApp(app)]))

/** Every port of a run, once. */
export const allPorts = (ports) => [...new Set(Object.values(ports).flatMap(Object.values))]
