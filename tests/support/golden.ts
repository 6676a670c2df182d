import { expect } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The text is that of the file, to the letter. UPDATE_GOLDEN=1 writes the file anew: then read it as a user would. */
export function expectGolden(file: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
}
