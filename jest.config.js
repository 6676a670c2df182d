export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/tests/{unit,property,golden,components,e2e,sweep,left-out}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.runs/', '<rootDir>/.state/'],
  // A machine that is busy with clusters is slow; a test that hangs still ends.
  testTimeout: 30_000,
  watchman: false,
};
