import path from 'node:path'
import { rootFile } from '../../certificates/certificates.mjs'
import { root } from '../../machine/paths.mjs'
import { runCommand } from '../../machine/run-command.mjs'
import { certificatesIn, publicUrl } from './place.mjs'

/** Fills the shelves by the public door. */
export const seedShelves = (home, { logDir }) =>
  runCommand(process.execPath, [path.join(root, 'scripts', 'seed.mjs'), '--url', publicUrl], {
    env: {
      ...process.env,
      MICROMART_HOME: home,
      NODE_EXTRA_CA_CERTS: rootFile(certificatesIn(home)),
    },
    log: path.join(logDir, 'seed.log'),
    what: 'Importing the catalogue',
  })
