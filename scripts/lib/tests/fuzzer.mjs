import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { ensurePython } from '../machine/python.mjs'

const schemathesis = {
  name: 'schemathesis',
  title: 'Schemathesis',
  usually: '30 s, once',
  requirements: path.join(root, 'tests', 'fuzz', 'requirements.txt'),
}

/**
 * Schemathesis, in a Python environment of its own in the cache: its packages at the versions and hashes of
 * tests/fuzz/requirements.txt.
 * @returns `{ python }`, or `{ missing }`: why there is none
 */
export const installFuzzer = async (say, logDir) => {
  const { bin, missing } = await ensurePython(schemathesis, { say, logDir })
  return bin ? { python: path.join(bin, 'python') } : { missing }
}
