import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'

type App = { readonly appID: string; readonly env: Record<string, string> }
type RunFile = {
  readonly common: { readonly env: Record<string, string> }
  readonly apps: readonly App[]
}
type Part = { readonly readConfig: (env: Record<string, string>) => unknown }

const root = path.resolve(import.meta.dirname, '..', '..')
const { common, apps } = parse(readFileSync(path.join(root, 'dapr.yaml'), 'utf8')) as RunFile

const partOf = (app: string): Promise<Part> => {
  const folder = app === 'gateway' ? 'gateway' : `services/${app}`
  return import(path.join(root, folder, 'src', 'config.ts')) as Promise<Part>
}

/** What an app of a local run is told by dapr.yaml and by its sidecar. */
const told = ({ appID, env }: App): Record<string, string> => ({
  ...common.env,
  APP_ID: appID,
  APP_PORT: '7100',
  DAPR_HTTP_PORT: '7300',
  DAPR_GRPC_PORT: '7400',
  ...env,
})

describe('the settings of a local run', () => {
  it.each(apps.map((app) => [app.appID, app] as const))(
    'S9 start %s in a local shop and, by default, nowhere else',
    async (id, app) => {
      const { readConfig } = await partOf(id)
      const { SHOP_ENV: place, ...elsewhere } = told(app)
      expect(place).toBe('local')
      expect(readConfig(told(app))).toBeDefined()
      expect(() => readConfig(elsewhere)).toThrow(/production|`local`/)
    },
  )
})
