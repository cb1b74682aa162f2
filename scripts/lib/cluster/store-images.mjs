import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { goPlatform } from '../machine/go-programs.mjs'

const suite = 'bookworm' // MariaDB 10.11, the oldest that the shop supports

const user = 'USER 65532'
const programs = 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'

const nameUser = (folder) => {
  mkdirSync(path.join(folder, 'etc'), { recursive: true })
  const line = (name, id) => `${name}:x:${id}:${id}:${name}:/nonexistent:/sbin/nologin\n`
  writeFileSync(path.join(folder, 'etc/passwd'), line('root', 0) + line('nonroot', 65532))
  writeFileSync(path.join(folder, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n')
}

/** Its script that makes a new data folder wants a shell and its tools. */
const mariadb = {
  name: 'mariadb',
  suite,
  packages: ['mariadb-server-core', 'mariadb-client-core', 'dash', 'coreutils', 'sed', 'mawk'],
  changes: [user, programs],
  finish: (folder) => {
    nameUser(folder)
    symlinkSync('mawk', path.join(folder, 'usr/bin/awk'))
  },
}

const redis = {
  name: 'redis',
  suite,
  packages: ['redis-server', 'redis-tools'],
  changes: [user, programs],
  // Not what its scripts would need.
  only: [
    'redis-server',
    'redis-tools',
    'libatomic1',
    'libc6',
    'libjemalloc2',
    'liblzf1',
    'libssl3',
    'libsystemd0',
    'libgcc-s1',
    'libstdc++6',
    'libcap2',
    'libgcrypt20',
    'libgpg-error0',
    'liblz4-1',
    'liblzma5',
    'libzstd1',
  ],
  finish: nameUser,
}

const java = `/usr/lib/jvm/java-17-openjdk-${goPlatform.arch}/bin/java`

/** @param jar Zipkin's published jar */
const zipkin = (jar) => ({
  name: 'zipkin',
  suite,
  packages: ['openjdk-17-jre-headless'],
  only: ['openjdk-17-jre-headless', 'libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g'],
  changes: [user, `ENTRYPOINT ["${java}", "-jar", "/zipkin/zipkin.jar"]`],
  jar,
  finish: (folder) => {
    nameUser(folder)
    mkdirSync(path.join(folder, 'zipkin'))
    cpSync(jar, path.join(folder, 'zipkin', 'zipkin.jar'))
  },
})

/** The images of what a shop of its own needs beside it, made of Debian's packages. */
export const storeImages = (jar) => [mariadb, redis, zipkin(jar)]
