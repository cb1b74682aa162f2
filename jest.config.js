const common = {
  rootDir: import.meta.dirname,
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'esnext' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  // Tests reach no host but this one.
  setupFiles: ['<rootDir>/pkg/testing/src/refuse-network.ts'],
  modulePathIgnorePatterns: ['<rootDir>/var/'],
  testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
}

/** Each kind of test by its place: beside the code, in a part's `tests/`, in the root's `tests/`. */
export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{pkg,services}/*/src/**/*.test.ts',
        '<rootDir>/gateway/src/**/*.test.ts',
        '<rootDir>/scripts/**/*.test.{ts,mjs}',
      ],
    },
    {
      ...common,
      displayName: 'service',
      testMatch: [
        '<rootDir>/{pkg,services}/*/tests/**/*.test.ts',
        '<rootDir>/gateway/tests/**/*.test.ts',
      ],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/tests/**/*.test.{ts,mjs}'],
      testPathIgnorePatterns: [
        ...common.testPathIgnorePatterns,
        '<rootDir>/tests/fuzz/',
        '<rootDir>/tests/cluster/',
      ],
    },
    // Over a cluster that runs: `npm run cluster -- test`.
    { ...common, displayName: 'cluster', testMatch: ['<rootDir>/tests/cluster/**/*.test.ts'] },
    // Last, on the shop of the e2e tests: it leaves random goods on the shelves.
    { ...common, displayName: 'fuzz', testMatch: ['<rootDir>/tests/fuzz/**/*.test.ts'] },
  ],
}
