// A suite as any project would have it: jest, TypeScript, a JUnit file. Understudy only runs the command.
export default {
  testEnvironment: 'node',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [],
  // Where Understudy is a dependency this folder lies below node_modules, which jest leaves out by default.
  testPathIgnorePatterns: [],
  haste: { retainAllFiles: true },
  testMatch: ['<rootDir>/*.test.ts'],
  testTimeout: 170_000,
  reporters: [
    'default',
    [
      'jest-junit',
      {
        outputDirectory: '.',
        outputName: 'junit.xml',
        // By default it is that of the first describe(), "undefined" where a file has none.
        suiteNameTemplate: '{filename}',
        classNameTemplate: '{filename}',
        titleTemplate: '{title}',
      },
    ],
  ],
  watchman: false,
};
