const systems = 'darwin linux win32 freebsd netbsd openbsd android openharmony sunos'.split(' ')
const processors = 'x64 arm64 ia32 arm ppc64 s390x riscv64 wasm32 loong64'.split(' ')

/** What builds for one platform say in their names, such as `@swc/core-linux-arm64-musl`. */
const platformIn = (name) => {
  const words = name.split(/[/-]/).map((word) => word.replace(/^armv\d$/, 'arm'))
  const os = words.find((word) => systems.includes(word))
  const cpu = words.find((word) => processors.includes(word))
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
  const packages = Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b, 'en')))
  return { lock: { ...lock, packages }, added: missing.map(({ name }) => name) }
}
