import { expect, it } from '@jest/globals'
import { imageSbom, placesOf } from './image-sbom.mjs'

const packages = {
  '': { name: 'shop', devDependencies: { jest: '1.0.0' } },
  'services/order': { name: 'order', dependencies: { '@shop/store': '*', zod: '1.0.0' } },
  'pkg/store': {
    name: '@shop/store',
    dependencies: { mysql: '1.0.0' },
    devDependencies: { jest: '1.0.0' },
  },
  'node_modules/@shop/store': { resolved: 'pkg/store', link: true },
  'node_modules/zod': { version: '1.0.0' },
  'pkg/store/node_modules/mysql': {
    version: '2.0.0',
    dependencies: { tiny: '1' },
    optionalDependencies: { arm: '1', x: '1', mac: '1' },
  },
  'node_modules/mysql': { version: '1.0.0' },
  'node_modules/tiny': {
    version: '1.0.0',
    peerDependencies: { peer: '1', maybe: '1', absent: '1' },
    peerDependenciesMeta: { maybe: { optional: true }, absent: { optional: true } },
  },
  'node_modules/peer': { version: '1.0.0' },
  'node_modules/maybe': { version: '1.0.0' },
  'node_modules/arm': { version: '1.0.0', os: ['linux'], cpu: ['arm64'] },
  'node_modules/x': { version: '1.0.0', os: ['!darwin'], cpu: ['x64'], libc: ['glibc'] },
  'node_modules/mac': { version: '1.0.0', os: ['darwin'] },
  'node_modules/jest': { version: '1.0.0' },
}
const lock = { packages }

it('follows a part’s dependencies as Node resolves them, and nothing else', () => {
  expect(placesOf('services/order', 'x64', lock).toSorted()).toEqual([
    'node_modules/maybe',
    'node_modules/peer',
    'node_modules/tiny',
    'node_modules/x',
    'node_modules/zod',
    'pkg/store/node_modules/mysql',
  ])
  expect(placesOf('services/order', 'arm64', lock)).toContain('node_modules/arm')
})

it('lists the packages of both architectures, by what npm knows of them', () => {
  const of = (name, version = '1.0.0') => ({
    'bom-ref': `${name}@${version}`,
    purl: `pkg:npm/${name}@${version}`,
  })
  const listed = [
    of('zod'),
    of('mysql'),
    of('mysql', '2.0.0'),
    of('tiny'),
    of('jest'),
    of('arm'),
    of('x'),
  ]
  const whole = {
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'all' } },
    components: listed,
    dependencies: [
      { ref: 'mysql@2.0.0', dependsOn: ['tiny@1.0.0', 'jest@1.0.0'] },
      { ref: 'jest@1.0.0' },
    ],
  }
  const digest = `sha256:${'a'.repeat(64)}`
  expect(imageSbom({ name: 'order', folder: 'services/order' }, { digest, whole, lock })).toEqual({
    bomFormat: 'CycloneDX',
    metadata: {
      component: {
        type: 'container',
        'bom-ref': 'micromart/order',
        name: 'micromart/order',
        version: digest,
        purl: `pkg:oci/order@${encodeURIComponent(digest)}`,
      },
    },
    components: [of('zod'), of('mysql', '2.0.0'), of('tiny'), of('arm'), of('x')],
    dependencies: [{ ref: 'mysql@2.0.0', dependsOn: ['tiny@1.0.0'] }],
  })
})
