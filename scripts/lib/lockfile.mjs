const systems = {
  ...{ darwin: 'darwin', linux: 'linux', win32: 'win32', freebsd: 'freebsd', netbsd: 'netbsd' },
  ...{ openbsd: 'openbsd', android: 'android', openharmony: 'openharmony', sunos: 'sunos' },
}
const processors = {
  ...{ x64: 'x64', arm64: 'arm64', ia32: 'ia32', arm: 'arm', armv7: 'arm', ppc64: 'ppc64' },
  ...{ s390x: 's390x', riscv64: 'riscv64', wasm32: 'wasm32', loong64: 'loong64' },
}

/** What builds for one platform say in their names, such as `@swc/core-linux-arm64-musl`. */
const platformIn = (name) => {
  const words = name.split(/[/-]/)
  const os = words.map((word) => systems[word]).find(Boolean)
  const cpu = words.map((word) => processors[word]).find(Boolean)
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }) }
}

/** Optional packages that something in a lockfile names and that the lockfile lacks: `[{ name, version, dev }]`. */
export const missingOptional = ({ packages }) => {
  const places = Object.keys(packages)
  const isThere = (name) => places.some((place) => `/${place}`.endsWith(`/node_modules/${name}`))
  const named = Object.entries(packages).flatMap(([place, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies).map(([name, version]) => ({
      name,
      version,
      dev: place !== '' && dev === true,
    })),
  )
  return named.filter(({ name }) => !isThere(name))
}

/**
 * A lockfile with all optional packages in it. Those added have no integrity, since what isn't served can't be hashed;
 * their versions are exact, as such packages' makers pin them.
 */
export const completeLock = (lock) => {
  const missing = missingOptional(lock)
  const additions = missing.map(({ name, version, dev }) => [
    `node_modules/${name}`,
    { version, ...platformIn(name), ...(dev && { dev }), optional: true },
  ])
  const entries = [...Object.entries(lock.packages), ...additions]
  const packages = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return { lock: { ...lock, packages }, added: missing.map(({ name }) => name) }
}
