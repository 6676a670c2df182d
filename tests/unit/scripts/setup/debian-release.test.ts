import { expect, test } from '@jest/globals';
import { debianRelease } from '../../../../scripts/setup/debian-release.ts';

const digest = `@sha256:${'a'.repeat(64)}`;

test.each([
  [`debian:bookworm-slim${digest}`, 'bookworm'],
  [`debian:trixie${digest}`, 'trixie'],
  [`debian:trixie-20250520-slim${digest}`, 'trixie'],
  [`debian:11.9-slim${digest}`, 'bullseye'],
  [`debian:13${digest}`, 'trixie'],
  [`debian:latest${digest}`, null],
  [`debian:stable-slim${digest}`, null],
  [`debian:buster${digest}`, null],
  [`debian${digest}`, null],
  [`ubuntu:bookworm${digest}`, null],
  [`registry.example/debian:bookworm${digest}`, null],
  [`debian:constructor${digest}`, null],
])('%s is of release %s', (reference, release) => {
  expect(debianRelease(reference)).toBe(release);
});
